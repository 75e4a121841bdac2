/** Variants that the explorer must find: the guarded protocol with one safeguard removed. */

import { EmulatedRedis } from '../explorer/emulated-redis.ts'
import type { GuardOperation } from '../explorer/guard-operations.ts'
import { type Invariant, memoryBackend, type Plan, redisBackend, type Subject } from '../explorer/index.ts'
import {
  type Cache,
  type CachingStrategy,
  cacheAside,
  invalidate,
  type KeyRead,
  type Store,
  stampedeLock,
  writeThrough,
} from '../src/index.ts'
import { ReadResult } from '../src/read-result.ts'
import { redisCommands } from '../src/redis/redis-commands.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import type { PendingInvalidations } from '../src/resilience/pending-invalidations.ts'
import { pendingFor, resilientStore } from '../src/resilience/resilient-store.ts'
import type { Asker } from '../src/single-flight.ts'
import { readNamed, type SuiteOptions } from './all-strategies.ts'

class FillsWithoutToken extends EmulatedRedis {
  protected override run(operation: GuardOperation): unknown {
    if (operation.name !== 'fill') return super.run(operation)
    this.unlink(operation.lease)
    this.set(operation.entry, operation.args[1] as Buffer, 600_000)
    return 1
  }
}

class VoidsNoLease extends EmulatedRedis {
  override unlink(...keys: string[]): number {
    return super.unlink(...keys.filter((key) => !key.includes('l:')))
  }
}

class ScansEntriesFirst extends EmulatedRedis {
  override keysUnder(prefix: string): string[] {
    return super.keysUnder(prefix.endsWith('l:') ? prefix.replace(/l:$/, 'e:') : prefix.replace(/e:$/, 'l:'))
  }
}

class CountsEpochs extends EmulatedRedis {
  override set(key: string, value: Buffer, ms?: number): 'OK' {
    return super.set(key, key.includes('t:') ? counted((this.get(key)?.[0] ?? 0) + 1) : value, ms)
  }
  override setIfAbsent(key: string, value: Buffer, ms: number): Buffer | null {
    const found = super.setIfAbsent(key, value, ms)
    if (found === null) counted(1).copy(value)
    return found
  }
}

function counted(n: number): Buffer {
  return Buffer.alloc(8, n)
}

class GrantsToAll extends EmulatedRedis {
  protected override run(operation: GuardOperation): unknown {
    if (operation.name === 'acquire') this.unlink(operation.lease)
    return super.run(operation)
  }
}

class LeasesForEver extends EmulatedRedis {
  protected override run(operation: GuardOperation): unknown {
    const { name, args } = operation
    const takesLease = name === 'acquire' || name === 'claim' || name === 'renew'
    return super.run(takesLease ? { ...operation, args: [args[0]!, 1e9, ...args.slice(2)] } : operation)
  }
}

const over = (Server: typeof EmulatedRedis, hasMessages = true) =>
  redisBackend({ inOrder: true, hasMessages, emulate: (now) => new Server(now) })

/** Reads the epochs again after the load, and writes those into the entry. */
function readsEpochsLate(store: Store): Store {
  const tagsOf = new Map<string, readonly string[]>()
  return {
    ...store,
    acquire(key, request) {
      tagsOf.set(request.token, request.tags)
      return store.acquire(key, request)
    },
    async fill(key, fill) {
      const lookup = await Promise.resolve(store.get(key, tagsOf.get(fill.token) ?? [])).catch(() => undefined)
      const { epochs } = lookup ?? { epochs: [] }
      const entry = Buffer.from(fill.entry)
      for (const [i, epoch] of epochs.entries()) epoch?.copy(entry, 40 + 8 * i)
      return store.fill(key, { ...fill, entry })
    },
  }
}

/** Claims only when it fills, after the commit. */
function claimsLate(store: Store): Store {
  return {
    ...store,
    claim: async () => ({ epochs: [] }),
    async fill(key, fill) {
      await store.claim(key, { token: fill.token, leaseMs: 1_000, tags: [] })
      return store.fill(key, fill)
    },
  }
}

/** One token for all of a process's attempts. */
function reusesToken(store: Store, token: string): Store {
  return {
    ...store,
    acquire: (key, request) => store.acquire(key, { ...request, token }),
    claim: (key, request) => store.claim(key, { ...request, token }),
    fill: (key, fill) => store.fill(key, { ...fill, token }),
    renew: (key, _token, leaseMs) => store.renew(key, token, leaseMs),
    release: (key) => store.release(key, token),
  }
}

/** Shares any running read of a key. */
function joinsAnything(cache: Cache<number>): Cache<number> {
  const underWay = new Map<string, ReturnType<typeof cache.read>>()
  return {
    ...cache,
    async read(key, load, options) {
      const joined = underWay.get(key)
      if (joined !== undefined) return (await joined).as('collapsed') as never
      const own = cache.read(key, load, options).finally(() => underWay.delete(key))
      underWay.set(key, own as never)
      return own as never
    },
  }
}

type Found = <T>(read: KeyRead<T>) => KeyRead<T>['found']

/** The same strategy with another `found`. */
export function findingBy(found: Found, strategy: CachingStrategy): CachingStrategy {
  return {
    ...strategy,
    onMiss(read) {
      return strategy.onMiss({
        key: read.key,
        runtime: read.runtime,
        now: read.now,
        acquire: () => read.acquire(),
        waitForLease: (ms) => read.waitForLease(ms),
        loadAndFill: () => read.loadAndFill(),
        load: () => read.load(),
        found: found(read),
      })
    },
  }
}

/** Dates the found entry from the reader's last call. */
export const asOfLastCall: Found = (read) => () => {
  const found = read.found()
  const { askedAt } = read as unknown as Asker
  return found && new ReadResult(found.outcome, found.value, found.ageMs, found.ttlMs, found.loadMs, askedAt)
}

/** Computes the remaining TTL before the load. */
export const asBeforeTheLoad: Found = (read) => {
  const found = read.found()
  return () => found
}

type View = Pick<PendingInvalidations, 'areFlushed' | 'add' | 'addEverything'>

/** The Redis store with another view of its pending invalidations. */
const withPending = (view: (pending: PendingInvalidations) => View) =>
  redisBackend({
    inOrder: true,
    open(client, { prefix, runtime, onFailure }) {
      const connection = RedisConnection.open(client, {}, runtime)
      const { clock } = connection
      const gate = connection.gateFor(true)
      const commands = redisCommands({ client: connection.client, prefix, clock, soon: runtime.soon, warn: () => {} })
      const pending = connection.pending.join(prefix, () => pendingFor(commands, gate))
      return resilientStore(commands, gate, { onFailure }, view(pending) as PendingInvalidations)
    },
  })

const forgotten = (): View => ({ areFlushed: true, add() {}, addEverything() {} })
const ignored = (pending: PendingInvalidations): View => ({
  areFlushed: true,
  add: (keys, tags) => pending.add(keys, tags),
  addEverything: () => pending.addEverything(),
})

export const redis = redisBackend({ inOrder: true })
const invalidating = { read: cacheAside, write: invalidate, backend: redis }
const filling = { read: stampedeLock, write: writeThrough, backend: redis }
const fallsBack = readNamed('stale-if-error') as (times: SuiteOptions) => CachingStrategy
const fallingBack = { write: invalidate, backend: redis }
const locking = { read: stampedeLock, write: invalidate, backend: redis }

const stale: readonly Invariant[] = ['read after write', 'nothing is permanently stale']

/** @property plan explored instead of random plans. */
export type Broken = Subject & { readonly breaks: readonly Invariant[]; readonly plan?: Plan }

export const broken: readonly Broken[] = [
  { name: 'fill checks no token', ...invalidating, backend: over(FillsWithoutToken), breaks: stale },
  { name: 'invalidate revokes no lease', ...invalidating, backend: over(VoidsNoLease), breaks: stale },
  {
    name: 'all entries are dropped before all leases',
    ...invalidating,
    backend: over(ScansEntriesFirst),
    breaks: stale,
  },
  { name: 'epochs are counters', ...invalidating, backend: over(CountsEpochs), breaks: stale },
  { name: 'epochs are read after the load', ...invalidating, variant: { store: readsEpochsLate }, breaks: stale },
  {
    name: 'epochs are read after the load, in memory',
    ...invalidating,
    backend: memoryBackend,
    variant: { store: readsEpochsLate },
    breaks: stale,
  },
  { name: 'readers join any load under way', ...invalidating, variant: { cache: joinsAnything }, breaks: stale },
  { name: 'writers claim after the commit', ...filling, variant: { store: claimsLate }, breaks: stale },
  { name: 'tokens are per process', ...filling, variant: { store: reusesToken }, breaks: stale },
  { name: 'a failed invalidation is forgotten', ...invalidating, backend: withPending(forgotten), breaks: stale },
  {
    name: 'the store is used while invalidations are pending',
    ...invalidating,
    backend: withPending(ignored),
    breaks: stale,
  },
  { name: 'acquire grants to all', ...locking, backend: over(GrantsToAll), breaks: ['loads per expiry'] },
  {
    name: 'a fallback dates from the last call',
    ...fallingBack,
    read: (times) => findingBy(asOfLastCall, fallsBack(times)),
    breaks: stale,
  },
  {
    name: 'the limit of a fallback is checked before the load',
    ...fallingBack,
    read: (times) => findingBy(asBeforeTheLoad, fallsBack(times)),
    breaks: ['nothing is older than guaranteed'],
  },
  {
    name: 'leases never end',
    ...locking,
    // A reader that may be told asks so rarely that it gives up before the schedule counts as endless.
    backend: over(LeasesForEver, false),
    breaks: ['every caller gets an answer'],
  },
]

/** The backend and variant of the subject with this name. */
export function brokenBy(name: string): Pick<Subject, 'backend' | 'variant'> {
  const { backend, variant } = broken.find((subject) => subject.name === name)!
  return variant === undefined ? { backend } : { backend, variant }
}
