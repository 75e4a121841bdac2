/** Where the caches of an explored world keep their entries. */

import type { CacheError } from '../src/errors.ts'
import type { LeaseNews } from '../src/ports/lease-news.ts'
import type { Runtime } from '../src/ports/runtime.ts'
import type { Acquired, Lookup, Store } from '../src/ports/store.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { type Commands, endMessages, traceEntry } from './commands.ts'
import { EmulatedRedis } from './emulated-redis.ts'
import { EVERYTHING, type KeyEvents } from './load-count.ts'
import { recordedCommands, recordedStore } from './recorded.ts'
import { ScheduledConnection } from './scheduled-connection.ts'
import type { Scheduler } from './scheduler.ts'
import { EVERYTHING_WRITTEN, type Process, read, type Touched, written } from './step.ts'
import { tellingOfCopies } from './telling-of-copies.ts'

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
  /** How long readers in other processes may miss an acknowledged write, in milliseconds, since processes keep copies. Default: not at all. */
  readonly othersWithinMs?: number
  /** @param events receives the changes to keys. */
  open(scheduler: Scheduler, events: KeyEvents): OpenBackend
}

export interface OpenBackend {
  /** The store as one process sees it. */
  store(process: Process, runtime: Runtime, onFailure: (error: CacheError) => void): Store
  /** Evicts an item: `entry row`, `lease row`, `tag rows`, `everything`. */
  evict(what: string): void | Promise<void>
  /** The bytes of an item as the server has them, for pictures of a schedule. Absent: unknown. */
  look?(what: string): Buffer | null | Promise<Buffer | null>
  /** Whether a process may get a message that it did not ask for. Absent: none may. */
  canBeTold?(process: Process): boolean
  /** The connections between processes and the store; absent if they can't fail. */
  readonly troubles?: Troubles
  /** The connections that tell processes of changes. Absent: there are none. */
  readonly feeds?: Feeds
}

export interface Feeds {
  readonly othersWithinMs: number
  isOpen(process: Process): boolean
  /** Ends it, as the server would. */
  end(process: Process): void
  /** Nothing is told any more, and no end of the connection either. */
  silence(process: Process): void
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
    const waiting = new Map<Process, number>()
    return {
      store: (process) => scheduledStore(recordedStore(store, events), scheduler, process, waiting),
      canBeTold: (process) => (waiting.get(process) ?? 0) > 0,
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

/**
 * A store whose calls are steps of the schedule, and so are its messages to those who wait.
 *
 * @param waiting counts those in each process.
 */
export function scheduledStore(
  store: Store,
  scheduler: Scheduler,
  process: Process,
  waiting: Map<Process, number>,
): Store {
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
  const count = (more: number) => waiting.set(process, (waiting.get(process) ?? 0) + more)
  const scheduledNews = (news: LeaseNews): LeaseNews => ({
    ...news,
    listen(ended) {
      const arrive = () => void scheduler.call({ what: 'message', touches: [], execute() {} }).then(ended)
      const forget = news.listen(scheduler.bind(arrive))
      count(1)
      return () => {
        count(-1)
        forget()
      }
    },
  })
  const traceTurn = (key: string) => (turn: Acquired) =>
    turn.kind === 'entry' ? traceEntry(turn.bytes, key) : turn.kind
  return {
    clock: store.clock,
    guarantee: store.guarantee,
    get: (key, tags) => step(`get ${key}`, read(key, ...tags), () => store.get(key, tags), traceLookup(key)),
    async acquire(key, request) {
      const turn = await step(
        `acquire ${key}`,
        written(key, ...request.tags),
        () => store.acquire(key, request),
        traceTurn(key),
        ({ kind }) => kind === 'granted' || request.tags.length > 0, // missing epochs are created in any case
      )
      return turn.kind === 'held' && turn.news !== undefined ? { ...turn, news: scheduledNews(turn.news) } : turn
    },
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
  const {
    inOrder,
    emulate = (now) => new EmulatedRedis(now),
    open = redisStoreOver,
    pace = 1,
    hasMessages = true,
    othersWithinMs,
  } = options
  return {
    name: othersWithinMs !== undefined ? 'two tiers' : inOrder ? 'redis' : 'redis, unordered',
    ...(othersWithinMs !== undefined && { othersWithinMs }),
    isRemote: true,
    reportsKeyEvents: true,
    pace,
    open(scheduler, events) {
      const now = () => SERVER_START + scheduler.time.now
      const server = recordedCommands(emulate(now), events, now, !inOrder)
      const { subscribe: _, ...silent } = server
      const connect = () => (hasMessages ? server : silent)
      return openRedis({ scheduler, inOrder, prefix: PREFIX, connect, open, othersWithinMs })
    },
  }
}

export interface RedisBackendOptions {
  readonly inOrder: boolean
  /** Factor for leases and TTLs, as `liveRedisBackend` needs it. Default 1. */
  readonly pace?: number
  /** Whether waiting readers are told when a lease ends, each message being a step. Default true. */
  readonly hasMessages?: boolean
  /** For a store whose processes keep copies, as `Backend.othersWithinMs`. */
  readonly othersWithinMs?: number
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
  readonly othersWithinMs?: number | undefined
}

export function openRedis({ scheduler, inOrder, prefix, connect, open, othersWithinMs }: RedisParts): OpenBackend {
  const connections = new Map<Process, ScheduledConnection>()
  const of = (process: Process) => connections.get(process)!
  const adversary = connect()
  const keyOf = (what: string) => {
    const [kind, name] = what.split(' ') as [string, string]
    return kind === 'tag' ? `${prefix}t:${name}` : `${prefix}${kind[0]}:{${name}}`
  }
  return {
    store(process, runtime, onFailure) {
      const connection = new ScheduledConnection(scheduler, { process, inOrder }, connect())
      connections.set(process, connection)
      const onWarning = () => {} // cut connections are expected
      const openOver = () => open(connection.client, { prefix, runtime, onFailure, onWarning })
      if (othersWithinMs === undefined) return openOver()
      const opening = { name: process.name, process, calls: 0, isUndisturbed: true }
      return tellingOfCopies(scheduler.as(opening, openOver), (text) => scheduler.tell(process.name, text))
    },
    async evict(what) {
      if (what === 'everything') {
        for (const key of await adversary.keysUnder(prefix)) await adversary.unlink(key)
        return
      }
      await adversary.unlink(keyOf(what))
    },
    look: (what) => adversary.get(keyOf(what)),
    canBeTold: (process) => of(process).messages.size > 0,
    troubles: {
      setCut: (process, isCut) => of(process).setCut(isCut),
      isCut: (process) => of(process).isCut,
      hasPending: (process) => RedisConnection.of(of(process).client)?.pending.of(prefix)?.areFlushed === false,
      isAway: (process) => RedisConnection.of(of(process).client)?.circuit.isClosed === false,
    },
    ...(othersWithinMs !== undefined && {
      feeds: {
        othersWithinMs,
        isOpen: (process) => of(process).messages.has(of(process).feed!),
        end: (process) =>
          scheduler.as(of(process).itself, () => endMessages(scheduler, of(process), of(process).feed!)),
        silence(process) {
          of(process).feed!.isSilent = true
        },
      },
    }),
  }
}
