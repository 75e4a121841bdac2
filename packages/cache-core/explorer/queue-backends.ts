/** Where an explored queue is: emulated over a memory store, or a real Redis. */
import type { Runtime } from '../src/ports/runtime.ts'
import type { Awaitable, Store } from '../src/ports/store.ts'
import type { WriteLog } from '../src/ports/write-log.ts'
import { adaptClient, type RedisStoreClient } from '../src/redis/adapt-client.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { redisWriteLogOver } from '../src/redis/write-log.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { EmulatedQueue } from './emulated-queue.ts'
import { scheduledQueue, scheduledStore } from './scheduled-queue.ts'
import type { Scheduler } from './scheduler.ts'

export interface QueueBackend {
  /** Real time passes along with virtual time. */
  readonly isReal: boolean
  open(scheduler: Scheduler): OpenQueue
}

export interface OpenQueue {
  /** The store and the queue as one process sees them. */
  connect(runtime: Runtime): { readonly store: Store; readonly log: WriteLog }
  /** Evicts all entries. */
  evict(): Awaitable<void>
  left(): Awaitable<{ readonly queued: number; readonly pending: number; readonly dead: number }>
  close(): Promise<void>
}

const ROOM_BYTES = 10_000

let now = () => 0
// One for all schedules: creating one costs as much as several of them.
const shared = memoryStore({ maxBytes: ROOM_BYTES, runtime: { now: () => now() } })

export function emulatedQueue(
  Queue: new (store: Store, now: () => number) => EmulatedQueue = EmulatedQueue,
): QueueBackend {
  return {
    isReal: false,
    open(scheduler) {
      now = () => scheduler.time.now
      void shared.invalidateAll()
      const queue = new Queue(shared, () => scheduler.time.now)
      return {
        connect: (runtime) => ({
          store: scheduledStore(shared, scheduler),
          log: scheduledQueue(queue, scheduler, runtime),
        }),
        evict() {
          // By an entry that takes all the room.
          void shared.claim('filler', { token: 'filler', leaseMs: 1, tags: [] })
          const entry = Buffer.alloc(ROOM_BYTES - 1_000)
          void shared.fill('filler', { token: 'filler', entry, expiresAt: Number.MAX_VALUE })
          void shared.invalidate(['filler'], [])
        },
        left: () => ({ queued: queue.queue.length, pending: queue.pending.size, dead: queue.dead.length }),
        close: async () => {},
      }
    },
  }
}

/** @param prefix for the keys of one schedule. */
export function liveQueue(given: RedisStoreClient, prefix: string): QueueBackend {
  const client = adaptClient(given)
  const names = async (pattern: string) => {
    const found: string[] = []
    for await (const keys of client.scan(`${prefix}${pattern}`)) found.push(...keys)
    return found
  }
  return {
    isReal: true,
    open(scheduler) {
      const ends: (() => unknown)[] = []
      const admin = redisWriteLogOver({ ...client, subscribe: () => () => {} }, { prefix, buckets: 2 })
      ends.push(() => admin.close())
      return {
        connect(ofProcess) {
          // Without deadlines: a schedule may delay an answer for long.
          const runtime = { ...ofProcess, every: () => () => {} }
          const stepped = steppedClient(client, scheduler)
          const log = redisWriteLogOver(stepped, { prefix, buckets: 2, runtime, waitMs: 1_000_000 })
          const store = redisStoreOver(stepped, { prefix, writeLog: log, runtime })
          ends.push(
            () => store.close(),
            () => log.close(),
          )
          return { store, log }
        },
        async evict() {
          for (const name of await names('e:*')) await client.unlink(name)
        },
        async left() {
          const { queued, dead } = await admin.lag()
          return { queued, pending: (await names('wp:*')).length, dead }
        },
        async close() {
          // Not awaited: a dead process's store waits for answers for ever.
          for (const end of ends) void end()
        },
      }
    },
  }
}

/** Each command is two steps of the schedule. */
function steppedClient(client: RedisClient, scheduler: Scheduler): RedisClient {
  const step = <T>(what: string, execute: () => Promise<T>) => scheduler.call<T>({ what, execute })
  const { listen: _, ...others } = client
  return {
    ...others,
    subscribe: () => () => {}, // the connection never ends
    get: (key) => step(`get ${key}`, () => client.get(key)),
    mget: (keys) => step(`get ${keys}`, () => client.mget(keys)),
    set: (key, value, ms) => step(`set ${key}`, () => client.set(key, value, ms)),
    setIfAbsent: (key, value, ms) => step(`set ${key} if absent`, () => client.setIfAbsent(key, value, ms)),
    unlink: (...keys) => step(`unlink ${keys}`, () => client.unlink(...keys)),
    time: () => step('time', () => client.time()),
    ping: () => step('ping', () => client.ping()),
    info: (...sections) => step('info', () => client.info(...sections)),
    evalsha: (sha, keys, args) => step(`script on ${keys[0]}`, () => client.evalsha(sha, keys, args)),
    eval: (lua, keys, args) => step(`new script on ${keys[0]}`, () => client.eval(lua, keys, args)),
  }
}
