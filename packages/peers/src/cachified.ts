/**
 * cachified: a function around a cache of three verbs, here over Redis.
 *
 * Its README leaves the cache to its user: an object with `get`, `set` and `delete`. "Adapters" lists one for node-redis; this
 * one is the same over ioredis, in the form of the README's first example, with `totalTtl` for the expiry. Its defaults
 * otherwise. Writes: `delete` of that cache; there are no tags, so that of what a tag stands for only the entry of that
 * name is known: the whole list goes, pages stay until their TTL ends.
 */
import { type Cache, type CacheEntry, cachified as cachifiedRead, totalTtl } from '@epic-web/cachified'
import { connectIoredis } from './connect-ioredis.ts'
import type { Peer } from './peer.ts'

export const cachified: Peer = {
  title: 'cachified: Redis',
  library: '@epic-web/cachified',
  read: 'cachified',
  write: 'delete',
  ttlStepMs: 1,
  open({ redisUrl, prefix, onError }) {
    const client = connectIoredis(redisUrl, onError)
    const cache: Cache = {
      name: 'redis',
      async get(key) {
        const kept = await client.get(prefix + key)
        return kept === null ? undefined : (JSON.parse(kept) as CacheEntry)
      },
      set: (key, entry) => client.set(prefix + key, JSON.stringify(entry), 'PX', Math.ceil(totalTtl(entry.metadata))),
      delete: (key) => client.unlink(prefix + key),
    }
    return {
      getOrLoad: (key, load, { ttlMs }) => cachifiedRead({ key, cache, ttl: ttlMs, getFreshValue: () => load() }),
      async invalidate(keys, tags) {
        for (const key of [...keys, ...tags]) await cache.delete(key)
      },
      async invalidateAll() {
        for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>) {
          if (keys.length > 0) await client.unlink(keys)
        }
      },
      async close() {
        client.disconnect()
      },
    }
  },
}
