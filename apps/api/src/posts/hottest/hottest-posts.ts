/**
 * The most-read posts of a strategy, for warming: counted in each process, added up in Redis.
 *
 * A read costs one increment in memory. Every 5 s one round trip adds the counts to a sorted set in Redis that keeps the
 * highest 1,000. Once an hour, by the server's clock, the first process to flush halves them all.
 */
import type { Redis } from 'ioredis'
import { soon } from '../../process/redis-connection.ts'
import { FrequentIds } from './frequent-ids.ts'

/** Maximum number of counts, in a process and in Redis. */
export const MAX_COUNTED = 1_000
/** The counts expire after a week without a flush. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000

export interface HottestPostsOptions {
  /** Built with `redisOptions`. */
  readonly client: Redis
  /** The prefix of the strategy's keys. */
  readonly prefix: string
  /** Hours since the Unix epoch. Default: Redis's clock. */
  readonly hour?: () => number
}

export class HottestPosts {
  readonly #client: Redis
  readonly #keys: readonly [counts: string, hour: string]
  readonly #hour: (() => number) | undefined
  readonly #counts = new FrequentIds(MAX_COUNTED)
  #flushing: Promise<void> | undefined

  constructor({ client, prefix, hour }: HottestPostsOptions) {
    this.#client = client
    this.#hour = hour
    // The hash tag puts both keys in one slot.
    this.#keys = [`${prefix}h:{reads}`, `${prefix}h:{reads}:hour`]
  }

  /** Counts one read. Runs on every hit. */
  add(id: number): void {
    this.#counts.add(id)
  }

  /**
   * Adds the counts since the last flush to those in Redis. Never rejects: if Redis does not answer, those counts are lost and
   * reads are unaffected. Only one flush runs at a time, so that a hanging Redis gets no further flushes.
   */
  flush(): Promise<void> {
    if (this.#flushing === undefined && this.#counts.size > 0) {
      this.#flushing = this.#send().finally(() => {
        this.#flushing = undefined
      })
    }
    return this.#flushing ?? Promise.resolve()
  }

  async #send(): Promise<void> {
    const counted = [...this.#counts.take()].flat()
    try {
      await this.#client.eval(FLUSH, 2, ...this.#keys, this.#hour?.() ?? '', MAX_COUNTED, KEPT_MS, ...counted)
    } catch {}
  }

  /** The ids of the `count` most-read posts, most-read first. @throws when Redis does not answer within 250 ms */
  async top(count: number): Promise<number[]> {
    if (count === 0) return []
    return (await soon(this.#client.zrevrange(this.#keys[0], 0, count - 1))).map(Number)
  }
}

/** KEYS: counts, the hour of the last halving. ARGV: this hour or '', number to keep, expiry in ms, then pairs of id and count. */
const FLUSH = `
local hour = tonumber(ARGV[1]) or math.floor(redis.call('TIME')[1] / 3600)
local last = tonumber(redis.call('GET', KEYS[2]))
if last and hour > last then
  redis.call('ZUNIONSTORE', KEYS[1], 1, KEYS[1], 'WEIGHTS', string.format('%.17g', 0.5 ^ (hour - last)))
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(0.5')
end
for i = 4, #ARGV, 2 do
  redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i])
end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], string.format('%.0f', hour), 'PX', ARGV[3])`
