/** Where the caches of an explored world keep their entries. */

import type { CacheError } from '../../errors.ts'
import type { Runtime } from '../../ports/runtime.ts'
import type { Acquired, Lookup, Store } from '../../ports/store.ts'
import type { ConnectionListeners, RedisClient } from '../../redis/redis-client.ts'
import { RedisConnection } from '../../redis/redis-connection.ts'
import { redisStoreOver } from '../../redis/redis-store.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { Line } from './call.ts'
import { type Commands, type Connection, scheduledClient, traceEntry } from './commands.ts'
import { EmulatedRedis } from './emulated-redis.ts'
import { EVERYTHING, type KeyEvents } from './load-count.ts'
import { recordedCommands, recordedStore } from './recorded.ts'
import type { Scheduler } from './scheduler.ts'
import type { Agent, Process } from './step.ts'

/** A kind of backend: each explored schedule opens a new one. */
export interface Backend {
  readonly name: string
  /** Whether commands can fail here, and leases and tags be evicted. */
  readonly isRemote: boolean
  /** Whether it tells what happens to keys, without which loads can't be held to a promise. */
  readonly reportsKeyEvents: boolean
  /** How much longer leases and TTLs are there than elsewhere. Default 1. */
  readonly pace?: number
  /** Real time passes with the world's: there is a real server. */
  readonly isReal?: boolean
  /** @param events is told what happens to keys. */
  open(scheduler: Scheduler, events: KeyEvents): OpenBackend
}

export interface OpenBackend {
  /** The store as one process sees it. */
  store(process: Process, runtime: Runtime, onFailure: (error: CacheError) => void): Store
  /** Drops something for want of room: `entry row`, `lease row`, `tag rows`, `everything`. */
  evict(what: string): void | Promise<void>
  /** How it goes between a process and the store; absent where nothing can go wrong. */
  readonly troubles?: Troubles
}

export interface Troubles {
  /** Cuts a process's connection, or mends it. */
  setCut(process: Process, isCut: boolean): void
  isCut(process: Process): boolean
  /** Whether a process still has pending invalidations. */
  hasPending(process: Process): boolean
  /** Whether it takes the store to be away. */
  isAway(process: Process): boolean
}

const PREFIX = 'explored:'
/** Emulated servers have a clock of their own. */
const SERVER_START = 1_700_000_000_000
const ROOM_BYTES = 2_000

let now = () => 0
const store = memoryStore({ maxBytes: ROOM_BYTES, runtime: { now: () => now() } })

/** The memory store, shared by caches as if it took a while to answer. */
export const memoryBackend: Backend = {
  name: 'memory',
  isRemote: false,
  reportsKeyEvents: true,
  open(scheduler, events) {
    // One for all schedules, emptied: to build it costs as much as to run thirty of them.
    now = () => scheduler.time.now
    store.invalidateAll()
    return {
      store: () => scheduledStore(recordedStore(store, events), scheduler),
      // All entries, by one that takes all the room there is.
      evict() {
        events.voided(EVERYTHING)
        const lease = { token: 'filler', leaseMs: 1, tags: [] }
        store.claim('filler', lease)
        store.fill('filler', { token: 'filler', entry: Buffer.alloc(ROOM_BYTES - 300), expiresAt: Number.MAX_VALUE })
        store.invalidate(['filler'], [])
      },
    }
  },
}

/** Each call of a store's as steps of the schedule. */
export function scheduledStore(store: Store, scheduler: Scheduler): Store {
  function step<T>(what: string, execute: () => T | Promise<T>, trace?: (answer: T) => string): Promise<T> {
    return scheduler.call<T>({ what, execute, ...(trace && { trace }) })
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
    get: (key, tags) => step(`get ${key}`, () => store.get(key, tags), traceLookup(key)),
    acquire: (key, request) => step(`acquire ${key}`, () => store.acquire(key, request), traceTurn(key)),
    claim: (key, request) =>
      step(
        `claim ${key}`,
        () => store.claim(key, request),
        () => 'claimed',
      ),
    fill(key, fill) {
      return step(
        `fill ${key} with ${traceEntry(fill.entry, key)}`,
        () => store.fill(key, fill),
        either('kept', 'refused'),
      )
    },
    renew: (key, token, ms) => step(`renew ${key}`, () => store.renew(key, token, ms), either('renewed', 'lost')),
    release: (key, token) => step(`release ${key}`, () => store.release(key, token)),
    invalidate: (keys, tags) => step(`void ${[...keys, ...tags].join(', ')}`, () => store.invalidate(keys, tags)),
    invalidateAll: () => step('void everything', () => store.invalidateAll()),
  }
}

/**
 * The Redis store over an emulated Redis, a connection per process.
 *
 * @param inOrder one connection keeps commands in their order, as to a single node; without, each may overtake another, as
 *   over the connections of a cluster.
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
  /** How much longer leases and TTLs are than elsewhere, as `liveRedisBackend` needs them. Default 1. */
  readonly pace?: number
  /** Default `redisStoreOver`. For a variant of it. */
  readonly open?: OpenStore
  /** Default `EmulatedRedis`. For a variant of the server. */
  readonly emulate?: (now: () => number) => Commands
}

/** Opens the store of one process, over its connection. */
export type OpenStore = (
  client: RedisClient,
  options: {
    readonly prefix: string
    readonly runtime: Runtime
    readonly onFailure: (error: CacheError) => void
  },
) => Store

export interface RedisParts {
  readonly scheduler: Scheduler
  readonly inOrder: boolean
  readonly prefix: string
  /** The commands at the other end of one more connection. */
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
      return open(connection.client, { prefix, runtime, onFailure })
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
      hasPending: (process) => RedisConnection.of(of(process).client)?.pendingOf(prefix)?.areFlushed === false,
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
  /** Whoever acts because the connection is back. */
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
      this.line = { ...this.line } // what the old connection has still to deliver holds nothing back
      for (const { onReady } of this.listeners) this.#scheduler.as(this.#itself, onReady)
    }
  }
}
