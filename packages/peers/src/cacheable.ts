/**
 * cacheable: memory over Redis; each process sends its sets and deletes to the memories of the others.
 *
 * Configured as in its README: "Basic Usage" (a secondary of @keyv/redis), "CacheableSync" (over @qified/redis, for several
 * instances), "Tag Based Invalidation" (`tags: true`, the tags in the shared secondary). Blocking, its default: with `nonBlocking` a
 * delete would not wait for Redis. With tags each lookup reads Redis, so only lists, which need tags, use an instance with tags.
 * Posts: "GetOrSet", with `throwErrors`, since otherwise a failed origin looks like an absent value. Lists: `get` and `set`, since
 * `getOrSet` has no tags.
 */
import KeyvRedis from '@keyv/redis'
import { RedisMessageProvider } from '@qified/redis'
import { Cacheable } from 'cacheable'
import type { Peer, PeerReadOptions } from './peer.ts'

export const cacheable: Peer = {
  title: 'cacheable: memory over Redis, with its sync',
  library: 'cacheable',
  read: 'getOrSet',
  write: 'delete, invalidateTags',
  ttlStepMs: 1,
  open({ redisUrl, prefix, onError }) {
    const instance = (namespace: string, tags: boolean) => {
      const sync = { qified: new RedisMessageProvider({ uri: redisUrl }), namespace }
      const cache = new Cacheable({ namespace, secondary: new KeyvRedis(redisUrl), sync, tags })
      cache.on('error', onError)
      return cache
    }
    const posts = instance(`${prefix}posts`, false)
    const lists = instance(`${prefix}lists`, true)
    const both = [posts, lists]
    return {
      async getOrLoad<V extends object>(
        key: string,
        load: () => Promise<V>,
        { ttlMs: ttl, tags }: PeerReadOptions,
      ): Promise<V> {
        if (tags.length === 0) return (await posts.getOrSet<V>(key, load, { ttl, throwErrors: 'function' }))!
        const kept = await lists.get<V>(key)
        if (kept !== undefined) return kept
        const loaded = await load()
        await lists.set(key, loaded, { ttl, tags: [...tags] })
        return loaded
      },
      async invalidate(keys, tags) {
        for (const cache of both) for (const key of keys) await cache.delete(key)
        if (tags.length > 0) await lists.tags.invalidateTags([...tags])
      },
      async invalidateAll() {
        for (const cache of both) await cache.clear()
      },
      async close() {
        for (const cache of both) await cache.disconnect()
      },
    }
  },
}
