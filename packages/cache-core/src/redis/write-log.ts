import {
  badOption,
  checkCount,
  checkFunction,
  checkNumber,
  checkOptions,
  MAX_TIMER_MS,
  type OptionNames,
} from '../check.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { WriteAck, WriteLog } from '../ports/write-log.ts'
import type { WarningListener } from '../warning.ts'
import { adaptClient, type RedisStoreClient } from './adapt-client.ts'
import { Append } from './append.ts'
import { DirectWrites } from './direct-writes.ts'
import { drained, lagOf } from './queue-lag.ts'
import { QueuePlace } from './queue-place.ts'
import { BURY, DONE, GIVE_BACK, NEWEST, TAKE } from './queue-scripts.ts'
import type { RedisClient } from './redis-client.ts'
import { checkPrefix } from './redis-commands.ts'
import { RedisConnection } from './redis-connection.ts'
import { type Entries, takenWrites } from './taken-writes.ts'

export interface WriteLogOptions {
  /**
   * As for `redisStore`. If `confirm` is more than `memory`, give the queue a client of its own: while the server waits for its
   * replicas or its disk, it answers nothing else on that connection.
   */
  readonly client: RedisStoreClient
  /** The prefix of the cache's store. */
  readonly prefix: string
  /**
   * In how many buckets the keys are divided: in a Cluster, the most slots that share the work. The same in all processes; change it
   * only while the queue is empty. 1 to 1_024, default 16.
   */
  readonly buckets?: number
  /**
   * What must confirm a write before it is acknowledged: this Redis, a replica, or its disk (Redis 7.2 or later; not in a Cluster).
   * If that is not confirmed within `confirmMs`, the write is queued all the same, its `ack` says `memory`, and a warning is given.
   * Default `memory`.
   */
  readonly confirm?: Exclude<WriteAck, 'database'>
  /**
   * How long to wait for that, in milliseconds, 1 to 60_000. Meanwhile other commands on the connection wait too, and a server that does
   * not answer is noticed only afterwards. Default 200.
   */
  readonly confirmMs?: number
  /**
   * The most writes that are queued, over all buckets. Each bucket may have an equal share of them, rounded down: by default 6_250, even
   * if all of them are of one key. Beyond it, the bucket's writes go to the database directly. At least `buckets`. Default 100_000.
   */
  readonly maxQueued?: number
  /** The same in bytes, 4 MiB in each bucket by default. Keep it well below the server's `maxmemory`. Default 64 MiB. */
  readonly maxBytes?: number
  /** How long a direct write waits for the queued writes of its keys. Milliseconds, 0 to 2_147_483_647. Default 5_000. */
  readonly waitMs?: number
  /**
   * The highest id of a queued write in the database, compared as two numbers. Asked before the first write, on a new server, and after
   * a change of master: its ids could otherwise be lower than those already stored, and `apply` would ignore its writes. Default: the
   * servers' clocks are trusted.
   */
  readonly highestStoredId?: () => Promise<string | undefined>
  /** Receives warnings for the operator. One per client: the last one given is used. Default `process.emitWarning`. */
  readonly onWarning?: WarningListener
  /** Default the process's own. */
  readonly runtime?: Runtime
}

const OPTIONS: OptionNames<WriteLogOptions> = {
  client: true,
  prefix: true,
  buckets: true,
  confirm: true,
  confirmMs: true,
  maxQueued: true,
  maxBytes: true,
  waitMs: true,
  highestStoredId: true,
  onWarning: true,
  runtime: true,
}

/** A queue of writes in Redis. */
export interface RedisWriteLog extends WriteLog {
  readonly prefix: string
  /** Removes its listeners from the client. */
  close(): void
}

/**
 * The queue of write-behind, in the Redis of the cache's store: a stream for each bucket of keys.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { redisStore, redisWriteLog } from 'cache-core/redis'
 *
 * const log = redisWriteLog({ client: redis, prefix: 'blog:' })
 * const store = redisStore({ client: redis, prefix: 'blog:', writeLog: log })
 * ```
 */
export function redisWriteLog(options: WriteLogOptions): RedisWriteLog {
  checkOptions('redisWriteLog', options, OPTIONS)
  const { client, ...others } = options
  return redisWriteLogOver(adaptClient(client), others)
}

/** The same over an adapted client. */
export function redisWriteLogOver(client: RedisClient, options: Omit<WriteLogOptions, 'client'>): RedisWriteLog {
  const { prefix, buckets = 16, confirm = 'memory', confirmMs = 200, highestStoredId } = options
  const { maxQueued = 100_000, maxBytes = 64 * 1024 * 1024, waitMs = 5_000, runtime = systemRuntime } = options
  checkPrefix(prefix)
  if (checkCount('buckets', buckets) > 1_024) throw badOption('buckets', buckets, 'give at most 1024')
  if (!['memory', 'replicated', 'fsynced'].includes(confirm)) {
    throw badOption('confirm', confirm, 'give memory, replicated or fsynced')
  }
  if (confirm !== 'memory' && client.wait === undefined) {
    throw badOption('confirm', confirm, 'in a Cluster only memory is possible')
  }
  if (highestStoredId !== undefined) checkFunction('highestStoredId', highestStoredId)
  for (const [name, limit] of Object.entries({ maxQueued, maxBytes })) {
    if (checkCount(name, limit) < buckets) {
      throw badOption(name, limit, `give at least ${buckets}, since the ${buckets} buckets share it, or fewer buckets`)
    }
  }
  const limits = { maxQueued: Math.floor(maxQueued / buckets), maxBytes: Math.floor(maxBytes / buckets) }
  checkNumber('confirmMs', confirmMs, { min: 1, max: 60_000 })
  checkNumber('waitMs', waitMs, { min: 0, max: MAX_TIMER_MS })

  const connection = RedisConnection.open(client, options, runtime)
  const place = new QueuePlace(connection, prefix, buckets)
  const append = new Append(connection, place, { ...limits, confirm, confirmMs, highestStoredId })
  const direct = new DirectWrites(place, runtime, waitMs)
  const listeners = new Set<() => void>()
  let wasClosed = false

  return {
    prefix,
    buckets,

    async newest(key) {
      const { pending } = place.keysOf(key)
      const [id, entry] = (await place.run(NEWEST, [pending], [key])) as Buffer[]
      return id && entry && { id: id.toString(), entry }
    },

    async append(key, write) {
      const appended = await append.append(key, write)
      if (appended.kind === 'queued') for (const queued of listeners) queued()
      return appended
    },

    onQueued(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    inTurn: (keys, write) => direct.inTurn(keys, write),
    drained: (withinMs) => drained(place, runtime, withinMs),
    lag: () => lagOf(place),

    async take(bucket, { consumer, count, takeOverAfterMs }) {
      const { stream } = place.keys(bucket)
      return takenWrites((await place.run(TAKE, [stream], [consumer, count, takeOverAfterMs])) as Entries)
    },

    async giveBack(bucket, consumer) {
      await place.run(GIVE_BACK, [place.keys(bucket).stream], [consumer])
    },

    async done(bucket, writes) {
      const { stream, pending } = place.keys(bucket)
      await place.run(
        DONE,
        [stream, pending],
        writes.flatMap(({ id, key }) => [id, key]),
      )
    },

    async bury(bucket, { key, id, command, tags }, reason) {
      const { stream, pending, dead } = place.keys(bucket)
      const args = [id, key, JSON.stringify(command), JSON.stringify(tags), reason]
      place.told(await place.run(BURY, [...place.entryKeys(key), stream, pending, dead], args))
    },

    close() {
      if (wasClosed) return
      wasClosed = true
      append.end()
      connection.close()
    },
  }
}
