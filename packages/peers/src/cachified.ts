/**
 * cachified: a function around a cache with three methods, here over Redis.
 *
 * The library's user provides the cache: an object with `get`, `set` and `delete`. "Adapters" in its README lists one
 * for node-redis. The cache here is the same for ioredis, in the form of the README's first example, with `totalTtl`
 * for the expiry and the defaults for everything else.
 * Writes: `delete` of that cache. There are no tags, so a tag deletes only the entry of the same name: the whole list goes, pages
 * stay until their TTL ends.
 */
import { type Cache, type CacheEntry, cachified as cachifiedRead, totalTtl } from '@epic-web/cachified'
import type { Redis } from 'ioredis'
import { connectIoredis } from './connect-ioredis.ts'
import type { Peer } from './peer.ts'

/** The cache that cachified's user provides. */
export function cachifiedCache(client: Redis, prefix: string): Cache {
  return {
    name: 'redis',
    async get(key) {
      const kept = await client.get(prefix + key)
      return kept === null ? undefined : (JSON.parse(kept) as CacheEntry)
    },
    set: (key, entry) => client.set(prefix + key, JSON.stringify(entry), 'PX', Math.ceil(totalTtl(entry.metadata))),
    delete: (key) => client.unlink(prefix + key),
  }
}

export const cachified: Peer = {
  title: 'cachified: Redis',
  library: '@epic-web/cachified',
  read: 'cachified',
  write: 'delete',
  ttlStepMs: 1,
  open({ redisUrl, prefix, onError }) {
    const client = connectIoredis(redisUrl, onError)
    const cache = cachifiedCache(client, prefix)
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
