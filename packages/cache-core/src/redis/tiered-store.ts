import { checkCount, checkOptions, type OptionNames } from '../check.ts'
import { freshUntilOf } from '../entry.ts'
import type { Lookup, Store } from '../ports/store.ts'
import { NearEntries } from '../stores/near-entries.ts'
import { adaptClient } from './adapt-client.ts'
import { type ClientTracking, SERVED_AFTER_PING_MS } from './client-tracking.ts'
import type { RedisClient } from './redis-client.ts'
import { RedisConnection } from './redis-connection.ts'
import { redisKeys } from './redis-keys.ts'
import { type RedisStoreOptions, redisStoreOver, STORE_OPTIONS } from './redis-store.ts'

/** Without `writeLog`: a queued write keeps its entry by a script, which no copy here would know of before the write is acknowledged. */
export interface TieredStoreOptions extends Omit<RedisStoreOptions, 'writeLog'> {
  /**
   * Limit for the copies in this process, in bytes: a whole number of at least 1_024, default 64 MiB. Each entry counts its bytes, 2 for
   * each character of its key, and 600 of overhead. Tags come on top (about 30 MB per 100,000), and so do the sources of late
   * garbage collection that `memoryStore` names.
   */
  readonly maxBytes?: number
}

const { writeLog: _, ...FAR_OPTIONS } = STORE_OPTIONS
const OPTIONS: OptionNames<TieredStoreOptions> = { ...FAR_OPTIONS, maxBytes: true }

/**
 * Two tiers: the Redis store, with copies of what was read in the memory of this process. **A hit in memory sends no command.** One
 * more connection to Redis (in a Cluster, to each master) tells of changed keys, by Redis client tracking.
 *
 * A reader of this store never gets an older value than an acknowledged write through it; readers of other stores, within 1 s:
 * usually within milliseconds, later only while that connection is silent. While there is none, all reads ask Redis; if it is refused or
 * can't be opened, `onWarning` is told. The Redis user needs `+client|id +client|tracking +subscribe &__redis__:invalidate`.
 *
 * `close` ends that connection.
 *
 * @throws CacheError `BAD_OPTION`, as `redisStore` does
 *
 * @example
 * ```ts
 * import { tieredStore } from 'cache-core/redis'
 *
 * const store = tieredStore({ client: redis, prefix: 'blog:', maxBytes: 64_000_000 })
 * ```
 */
export function tieredStore(options: TieredStoreOptions): Required<Store> {
  checkOptions('tieredStore', options, OPTIONS)
  const { client, ...others } = options
  return tieredStoreOver(adaptClient(client), others)
}

/** The same over an adapted client. */
export function tieredStoreOver(
  client: RedisClient,
  { maxBytes = 64 * 2 ** 20, ...options }: Omit<TieredStoreOptions, 'client'>,
  near = new NearEntries(checkCount('maxBytes', maxBytes, 1_024)),
): Required<Store> {
  const far = redisStoreOver(client, options)
  const connection = RedisConnection.of(client)!
  const keys = redisKeys(options.prefix)
  const tracking = connection.track(keys.tracked, {
    onChanged(names) {
      for (const name of names) {
        const changed = keys.whatIs(name)
        if (changed === undefined) continue
        if ('key' in changed) near.dropEntry(changed.key)
        else near.dropEpoch(changed.tag)
      }
    },
    onUnknown: () => near.clear(),
  })
  const { circuit } = connection
  // No reads pass in either case, so no new copies are made. The invalidations may be those of other stores on these entries.
  const forget = [
    circuit.onOpened(() => near.clear()),
    connection.pending.of(options.prefix)!.whenPending(() => near.clear()),
  ]
  const end = () => {
    for (const stop of forget) stop()
    tracking.end()
  }
  return nearStore(far, near, { tracking, now: circuit.runtime.now, end })
}

interface NearParts {
  readonly tracking: Pick<ClientTracking, 'usableUntil' | 'trouble'>
  /** The time by which `tracking` is usable. */
  readonly now: () => number
  readonly end: () => void
}

function nearStore(far: Required<Store>, near: NearEntries, { tracking, now, end }: NearParts): Required<Store> {
  /** No longer than the value is fresh, which is never longer than Redis keeps the entry. */
  function keptUntil(bytes: Buffer): number | undefined {
    const freshUntil = freshUntilOf(bytes)
    const leftMs = freshUntil === undefined ? 0 : freshUntil - far.clock.latest()
    return leftMs > 0 ? now() + leftMs : undefined
  }

  async function fetch(keys: readonly string[], tags: readonly string[]): Promise<readonly Lookup[]> {
    const attempt = near.ask(keys, tags)
    try {
      const found = await (keys.length === 1 ? far.get(keys[0]!, tags) : far.getMany(keys, tags))
      const lookups = 'bytes' in found ? [found] : found
      near.keep(attempt, lookups, keptUntil)
      return lookups
    } finally {
      near.forget(attempt)
    }
  }

  /** After Redis has answered, or has not: it may have changed. */
  async function thenDrop<T>(changing: T | Promise<T>, drop: () => void): Promise<T> {
    try {
      return await changing
    } finally {
      drop()
    }
  }

  return {
    ...far,
    guarantee: { ...far.guarantee, othersWithinMs: SERVED_AFTER_PING_MS },

    peek(key, tags) {
      const time = now()
      return time < tracking.usableUntil ? near.find(key, tags, time) : undefined
    },

    get(key, tags) {
      const time = now()
      if (time >= tracking.usableUntil) return far.get(key, tags)
      return near.find(key, tags, time) ?? fetch([key], tags).then(([found]) => found!)
    },

    getMany(keys, tags) {
      const time = now()
      if (time >= tracking.usableUntil) return far.getMany(keys, tags)
      const copies = keys.map((key) => near.find(key, tags, time))
      const missing = keys.filter((_, i) => copies[i] === undefined)
      if (missing.length === 0) return copies as Lookup[]
      return fetch(missing, tags).then((found) => {
        let next = 0
        return copies.map((copy) => copy ?? found[next++]!)
      })
    },

    async acquire(key, request) {
      const acquired = await far.acquire(key, request)
      // It is newer than a copy here, which no later read may return. It isn't kept: the message about it may have come already.
      if (acquired.kind === 'entry') near.dropEntry(key)
      return acquired
    },

    fill: (key, fill) => thenDrop(far.fill(key, fill), () => near.dropEntry(key)),

    invalidate: (keys, tags) =>
      thenDrop(far.invalidate(keys, tags), () => {
        for (const key of keys) near.dropEntry(key)
        for (const tag of tags) near.dropEpoch(tag)
      }),

    invalidateAll: () => thenDrop(far.invalidateAll(), () => near.clear()),

    health() {
      const { isUsable, reason } = far.health()
      const reasons = [reason, isUsable ? tracking.trouble : undefined].filter((each) => each !== undefined)
      return reasons.length === 0 ? { isUsable } : { isUsable, reason: reasons.join('; ') }
    },

    async close() {
      end()
      await far.close()
    },
  }
}
