import { badOption, checkCount, checkNames, checkOptions, checkText, type OptionNames } from '../check.ts'
import { describeEntry, type EntryDescription } from '../entry-description.ts'
import { adaptClient, type RedisStoreClient } from './adapt-client.ts'
import { redisKeys } from './redis-keys.ts'
import { runScript } from './run-script.ts'
import { END_DIGITS, NOW, script } from './scripts.ts'

export interface InspectOptions {
  /** The store's. Not one of a Cluster. */
  readonly client: RedisStoreClient
  /** The store's. */
  readonly prefix: string
  /** Those of the store's queue of writes, if it has one: a whole number of at least 1. Default: it has none. */
  readonly buckets?: number
  /** The version of the cache's values. Default empty. */
  readonly version?: string
}

const OPTIONS: OptionNames<InspectOptions> = { client: true, prefix: true, buckets: true, version: true }

/** What the Redis store has under a key, at one moment. */
export interface InspectedKey {
  /** `undefined`: nothing, or bytes that are no entry of this key and version. */
  readonly entry: EntryDescription | undefined
  /** Bytes under the entry's name. 0: nothing. */
  readonly bytes: number
  /** When Redis removes them, in milliseconds. `undefined`: never, or nothing is there. */
  readonly expiresInMs: number | undefined
  /** The caller that loads the key. `undefined`: nobody has the lease. `endsInMs` is negative once it may be taken over. */
  readonly lease: { readonly endsInMs: number; readonly isWaitedFor: boolean } | undefined
  /** The tags' epochs, in their order, as 16 hexadecimal digits. `undefined`: none, so no entry with that tag is valid. */
  readonly epochs: readonly (string | undefined)[]
  /** The server's time, in milliseconds since the Unix epoch. */
  readonly now: number
}

const INSPECT = script(`${NOW}
local entry = redis.call('GET', KEYS[1])
local lease = redis.call('GET', KEYS[2])
local epochs = {}
for i = 4, #KEYS do epochs[i - 3] = redis.call('GET', KEYS[i]) end
return {string.format('%.3f', now), entry, redis.call('PTTL', KEYS[1]), lease, redis.call('GET', KEYS[3]) and 1 or 0, epochs}`)

type Answer = [
  now: Buffer,
  entry: Buffer | null,
  ttlMs: number,
  lease: Buffer | null,
  mark: number,
  epochs: (Buffer | null)[],
]

/**
 * What the Redis store has under a key: entry, lease and epochs, read by one script. Changes nothing.
 *
 * @param tags those that its readers pass
 * @throws CacheError `BAD_OPTION`; the client's error if Redis does not answer
 *
 * @example
 * ```ts
 * import { inspectKey } from 'cache-core/redis'
 *
 * const { entry, lease } = await inspectKey({ client: redis, prefix: 'blog:' }, 'post:42', [])
 * ```
 */
export async function inspectKey(options: InspectOptions, key: string, tags: readonly string[]): Promise<InspectedKey> {
  checkOptions('inspectKey', options, OPTIONS)
  const { prefix, version } = options
  checkText('prefix', prefix)
  checkText('key', key)
  checkNames('tags', tags)
  const client = adaptClient(options.client)
  if (client.isCluster)
    throw badOption('client', 'a Cluster', 'give a client of one server: one script reads keys of several slots')
  const names = redisKeys(prefix, options.buckets === undefined ? undefined : checkCount('buckets', options.buckets))
  const keys = [names.entry(key), names.lease(key), names.mark(key), ...tags.map(names.tag)]
  const [time, bytes, ttlMs, lease, mark, epochs] = (await runScript(client, INSPECT, keys, [])) as Answer
  const now = Number(time)
  const endsAt = lease === null ? Number.NaN : Number(lease.toString('latin1', 0, END_DIGITS))
  return {
    entry: bytes === null ? undefined : describeEntry(bytes, key, version),
    bytes: bytes?.length ?? 0,
    expiresInMs: ttlMs < 0 ? undefined : ttlMs,
    lease: Number.isNaN(endsAt) ? undefined : { endsInMs: endsAt - now, isWaitedFor: mark === 1 },
    epochs: epochs.map((epoch) => epoch?.toString('hex')),
    now,
  }
}
