/**
 * Write-behind: the write is acknowledged once it is in a queue beside the cache, and the database follows.
 *
 * The outcome is foreseen from the value before, and one script queues the write, keeps its entry and revokes the lease. If another
 * write came between, it is foreseen again, so no two writes give the same version.
 *
 * Guarantees: reads by key see an acknowledged write immediately, in every process; reads by tag (lists) once the queue has passed it on.
 * A direct write waits for the queued writes of its keys. Costs: an acknowledged write is lost if the queue's memory is lost; writes to
 * known keys fail while the queue is unavailable.
 * Source: write-behind of Oracle Coherence and Hazelcast; a queue in Redis as in RedisGears' rgsync.
 */
import { badOption, checkMethods, checkOptions, type OptionNames } from '../check.ts'
import type { Change, Deferred, WriteResult, Writer, WriteStrategy } from '../ports/strategy.ts'
import type { WriteAck, WriteLog } from '../ports/write-log.ts'

export interface WriteBehindOptions {
  /** The queue: `redisWriteLog`, over the Redis of the cache's store. */
  readonly log: WriteLog
  /** For writes that can't be queued: without `deferred`, not foreseeable, to several keys, or to a full queue. */
  readonly otherwise: WriteStrategy
}

/** How often a write is foreseen again. Each time, another write has succeeded. */
const ATTEMPTS = 30

const OPTIONS: OptionNames<WriteBehindOptions> = { log: true, otherwise: true }

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { cacheAside, createCache, invalidate, writeBehind } from 'cache-core'
 * import { redisStore, redisWriteLog } from 'cache-core/redis'
 *
 * const log = redisWriteLog({ client: redis, prefix: 'blog:' })
 * const store = redisStore({ client: redis, prefix: 'blog:', writeLog: log })
 * const posts = createCache({ store, read: cacheAside(), write: writeBehind({ log, otherwise: invalidate() }) })
 * ```
 */
export function writeBehind(options: WriteBehindOptions): WriteStrategy {
  checkOptions('writeBehind', options, OPTIONS)
  const { log, otherwise } = options
  checkMethods('log', log, ['newest', 'append', 'inTurn'], 'give what redisWriteLog returns')
  checkMethods('otherwise', otherwise, ['write'], 'give a write strategy, such as invalidate()')
  if (otherwise.guarantee.readAfterWriteOf !== 'keys and tags') {
    // An older entry would be what the next write is foreseen from.
    throw badOption(
      'otherwise',
      otherwise.name,
      'give a write strategy whose writes are read immediately, such as invalidate()',
    )
  }
  return {
    name: 'write-behind',
    guarantee: { readAfterWriteOf: 'keys', mayLoseWrites: true },
    backlog: log,

    async write(change, commit, cache) {
      const { keys, changed, deferred } = change
      const direct = () => otherwise.write(change, commit, cache)
      if (typeof keys === 'function') {
        return log.inTurn(({ result }) => (changed?.(result) === false ? [] : keys(result)), direct)
      }
      if (deferred !== undefined && keys.length === 1) {
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          const written = await queue(log, keys[0]!, change, deferred, cache)
          if (written === 'refused') break
          if (written !== 'changed') return written
        }
      }
      return log.inTurn(keys, direct)
    },
  }
}

/** Foresees a write and queues it. `changed`: another write came between. `refused`: it can't be queued. */
async function queue<T, R>(
  log: WriteLog,
  key: string,
  { changed, tags = [], entryTags = [] }: Change<T, R>,
  deferred: Deferred<T, R>,
  cache: Writer<T>,
): Promise<WriteResult<R> | 'changed' | 'refused'> {
  const before = await cache.before(key, entryTags, log, () => deferred.load())
  if (before === undefined) return 'refused'
  let ack: WriteAck | undefined
  try {
    const foreseen = deferred.foresee(before.value)
    if (foreseen === undefined) return 'refused'
    const { result, value, command } = foreseen
    if (changed?.(result) === false) return { result, ack: 'memory', isConfirmed: true }
    const kept = cache.entryAfter(before, value)
    if (kept === undefined) return 'refused'
    const touched = typeof tags === 'function' ? tags(result) : tags
    const appended = await log.append(key, { ...kept, basis: before.basis, command, tags: touched })
    if (appended.kind !== 'queued') return appended.kind
    ack = appended.ack
    return { result, ack, isConfirmed: true }
  } finally {
    if (ack === undefined) await cache.release([before]) // so that others need not wait for the lease to end
  }
}
