/** Where the caches of an explored world keep their entries. */

import type { CacheError } from '../src/errors.ts'
import type { Runtime } from '../src/ports/runtime.ts'
import type { Acquired, Lookup, Store } from '../src/ports/store.ts'
import type { ConnectionListeners, RedisClient } from '../src/redis/redis-client.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { memoryStore } from '../src/stores/memory.ts'
import type { Line } from './call.ts'
import { type Commands, type Connection, scheduledClient, traceEntry } from './commands.ts'
import { EmulatedRedis } from './emulated-redis.ts'
import { EVERYTHING, type KeyEvents } from './load-count.ts'
import { recordedCommands, recordedStore } from './recorded.ts'
import type { Scheduler } from './scheduler.ts'
import { type Agent, EVERYTHING_WRITTEN, type Process, read, type Touched, written } from './step.ts'

/** A kind of backend: each explored schedule opens a new one. */
export interface Backend {
  readonly name: string
  /** Whether commands can fail here, and leases and tags be evicted. */
  readonly isRemote: boolean
  /** Whether it reports changes to keys, which are needed to check the guaranteed loads per expiry. */
  readonly reportsKeyEvents: boolean
  /** Factor for leases and TTLs. Default 1. */
  readonly pace?: number
  /** Real time passes along with virtual time, for a real server. */
  readonly isReal?: boolean
  /** A schedule with more steps is a finding: a caller waits forever. The longest correct schedules have about 200. Default 600. */
  readonly maxSteps?: number
  /** @param events receives the changes to keys. */
  open(scheduler: Scheduler, events: KeyEvents): OpenBackend
}

export interface OpenBackend {
  /** The store as one process sees it. */
  store(process: Process, runtime: Runtime, onFailure: (error: CacheError) => void): Store
  /** Evicts an item: `entry row`, `lease row`, `tag rows`, `everything`. */
  evict(what: string): void | Promise<void>
  /** The connections between processes and the store; absent if they can't fail. */
  readonly troubles?: Troubles
}

export interface Troubles {
  /** Cuts or restores a process's connection. */
  setCut(process: Process, isCut: boolean): void
  isCut(process: Process): boolean
  /** Whether a process still has pending invalidations. */
  hasPending(process: Process): boolean
  /** Whether it treats the store as unavailable. */
  isAway(process: Process): boolean
}

const PREFIX = 'explored:'
/** Emulated servers have their own clock. */
const SERVER_START = 1_700_000_000_000
const ROOM_BYTES = 10_000

let now = () => 0
const store = memoryStore({ maxBytes: ROOM_BYTES, runtime: { now: () => now() } })

/** The memory store, shared by caches, with delayed answers. */
export const memoryBackend: Backend = {
  name: 'memory',
  isRemote: false,
  reportsKeyEvents: true,
  open(scheduler, events) {
    // One store for all schedules, cleared each time: creating one costs as much as 30 schedules.
    now = () => scheduler.time.now
    store.invalidateAll()
    return {
      store: () => scheduledStore(recordedStore(store, events), scheduler),
      // Evicts all entries by filling one that takes up the whole limit.
      evict() {
        events.removed(EVERYTHING)
        const lease = { token: 'filler', leaseMs: 1, tags: [] }
        store.claim('filler', lease)
        store.fill('filler', { token: 'filler', entry: Buffer.alloc(ROOM_BYTES - 1_000), expiresAt: Number.MAX_VALUE })
        store.invalidate(['filler'], [])
      },
    }
  },
}

/** A store whose calls are steps of the schedule. */
export function scheduledStore(store: Store, scheduler: Scheduler): Store {
  type Execute<T> = () => T | Promise<T>
  function step<T>(
    what: string,
    touches: readonly Touched[],
    execute: Execute<T>,
    trace?: (answer: T) => string,
    hasWritten: (answer: T) => boolean = () => true,
  ): Promise<T> {
    return scheduler.call<T>({ what, touches, execute, hasWritten, ...(trace && { trace }) })
  }
  const either = (yes: string, no: string) => (answer: boolean) => (answer ? yes : no)
  const traceLookup =
    (key: string) =>
    ({ bytes }: Lookup) =>
      bytes === undefined ? 'nothing' : traceEntry(bytes, key)
  const traceTurn = (key: string) => (turn: Acquired) =>
    turn.kind === 'entry' ? traceEntry(turn.bytes, key) : turn.kind
  return {
    clock: store.clock,
    guarantee: store.guarantee,
    get: (key, tags) => step(`get ${key}`, read(key, ...tags), () => store.get(key, tags), traceLookup(key)),
    acquire: (key, request) =>
      step(
        `acquire ${key}`,
        written(key, ...request.tags),
        () => store.acquire(key, request),
        traceTurn(key),
        ({ kind }) => kind === 'granted' || request.tags.length > 0, // missing epochs are created in any case
      ),
    claim: (key, request) =>
      step(
        `claim ${key}`,
        written(key, ...request.tags),
        () => store.claim(key, request),
        () => 'claimed',
      ),
    fill(key, fill) {
      return step(
        `fill ${key} with ${traceEntry(fill.entry, key)}`,
        written(key),
        () => store.fill(key, fill),
        either('kept', 'refused'),
      )
    },
    renew: (key, token, ms) =>
      step(`renew ${key}`, written(key), () => store.renew(key, token, ms), either('renewed', 'lost')),
    release: (key, token) => step(`release ${key}`, written(key), () => store.release(key, token)),
    invalidate: (keys, tags) =>
      step(`invalidate ${[...keys, ...tags].join(', ')}`, written(...keys, ...tags), () =>
        store.invalidate(keys, tags),
      ),
    invalidateAll: () => step('invalidate everything', EVERYTHING_WRITTEN, () => store.invalidateAll()),
  }
}

/**
 * The Redis store over an emulated Redis, with one connection per process.
 *
 * @param inOrder commands stay in order, as on one connection to a single node. Otherwise they may arrive in any order, as over a
 *   cluster's connections.
 */
export function redisBackend(options: RedisBackendOptions): Backend {
  const { inOrder, emulate = (now) => new EmulatedRedis(now), open = redisStoreOver, pace = 1 } = options
  return {
    name: inOrder ? 'redis' : 'redis, unordered',
    isRemote: true,
    reportsKeyEvents: true,
    pace,
    open(scheduler, events) {
      const now = () => SERVER_START + scheduler.time.now
      const server = recordedCommands(emulate(now), events, now, !inOrder)
      return openRedis({ scheduler, inOrder, prefix: PREFIX, connect: () => server, open })
    },
  }
}

export interface RedisBackendOptions {
  readonly inOrder: boolean
  /** Factor for leases and TTLs, as `liveRedisBackend` needs it. Default 1. */
  readonly pace?: number
  /** For a variant of the store. Default `redisStoreOver`. */
  readonly open?: OpenStore
  /** For a variant of the server. Default `EmulatedRedis`. */
  readonly emulate?: (now: () => number) => Commands
}

/** Opens the store of one process over its connection. */
export type OpenStore = (
  client: RedisClient,
  options: {
    readonly prefix: string
    readonly runtime: Runtime
    readonly onFailure: (error: CacheError) => void
    readonly onWarning: () => void
  },
) => Store

export interface RedisParts {
  readonly scheduler: Scheduler
  readonly inOrder: boolean
  readonly prefix: string
  /** Opens another connection, and returns its server's commands. */
  readonly connect: () => Commands
  readonly open: OpenStore
}

export function openRedis({ scheduler, inOrder, prefix, connect, open }: RedisParts): OpenBackend {
  const connections = new Map<Process, ScheduledConnection>()
  const of = (process: Process) => connections.get(process)!
  const adversary = connect()
  return {
    store(process, runtime, onFailure) {
      const connection = new ScheduledConnection(scheduler, { process, inOrder }, connect())
      connections.set(process, connection)
      const onWarning = () => {} // cut connections are expected
      return open(connection.client, { prefix, runtime, onFailure, onWarning })
    },
    async evict(what) {
      if (what === 'everything') {
        for (const key of await adversary.keysUnder(prefix)) await adversary.unlink(key)
        return
      }
      const [kind, name] = what.split(' ') as [string, string]
      await adversary.unlink(kind === 'tag' ? `${prefix}t:${name}` : `${prefix}${kind[0]}:{${name}}`)
    },
    troubles: {
      setCut: (process, isCut) => of(process).setCut(isCut),
      isCut: (process) => of(process).isCut,
      hasPending: (process) => RedisConnection.of(of(process).client)?.pending.of(prefix)?.areFlushed === false,
      isAway: (process) => RedisConnection.of(of(process).client)?.circuit.isClosed === false,
    },
  }
}

class ScheduledConnection implements Connection {
  line: Line
  isCut = false
  readonly client: RedisClient
  readonly #scheduler: Scheduler
  readonly listeners = new Set<ConnectionListeners>()
  /** The agent of actions triggered by a restored connection. */
  readonly #itself: Agent

  constructor(scheduler: Scheduler, line: Line, server: Commands) {
    this.#scheduler = scheduler
    this.line = line
    this.#itself = { name: line.process.name, process: line.process, calls: 0 }
    this.client = scheduledClient(scheduler, this, server)
  }

  setCut(isCut: boolean): void {
    if (isCut === this.isCut) return
    this.isCut = isCut
    if (isCut) {
      for (const call of [...this.#scheduler.pending]) {
        if (call.line === this.line) call.lose(new Error('Connection is closed.'))
      }
    } else {
      this.line = { ...this.line } // pending answers of the old connection don't block the new one
      for (const { onReady } of this.listeners) this.#scheduler.as(this.#itself, onReady)
    }
  }
}
