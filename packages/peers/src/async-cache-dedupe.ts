/**
 * async-cache-dedupe: Redis, with entries found by their references.
 *
 * Configured as in its README: "Redis" (the best choice for a shared cache) and "Invalidation": each entry lists the keys and tags
 * that it shows as `references`, and a write invalidates those. The references outlive every TTL that can be set here, as the
 * README requires. Its garbage collector of references does not run: they expire, and a comparison is short. TTLs are whole seconds.
 */
import { createCache } from 'async-cache-dedupe'
import { connectIoredis } from './connect-ioredis.ts'
import type { Peer, PeerReadOptions } from './peer.ts'

interface Question extends PeerReadOptions {
  readonly key: string
  readonly load: () => Promise<object>
}

const DAY_SECONDS = 24 * 60 * 60

export const asyncCacheDedupe: Peer = {
  title: 'async-cache-dedupe: Redis, with references',
  library: 'async-cache-dedupe',
  read: 'a defined function',
  write: 'invalidateAll',
  ttlStepMs: 1_000,
  open({ redisUrl, prefix, onError }) {
    const client = connectIoredis(redisUrl, onError)
    // One function has one TTL callback. Entries are stored under the function's name, so they survive a change of the TTL.
    let seconds = 0
    // The library prefixes keys only with the function's name, and references not at all.
    const referenceTo = (name: string) => `${prefix}${name}`
    const cache = createCache({
      storage: { type: 'redis', options: { client, invalidation: { referencesTTL: DAY_SECONDS } } },
      ttl: () => seconds,
      onError,
    }).define(
      prefix,
      {
        serialize: ({ key }: Question) => key,
        references: ({ key, tags }: Question) => [key, ...tags].map(referenceTo),
      },
      ({ load }: Question) => load(),
    )
    return {
      getOrLoad: async <V extends object>(key: string, load: () => Promise<V>, options: PeerReadOptions) => {
        seconds = Math.ceil(options.ttlMs / 1_000)
        return (await cache[prefix]!({ key, load, ...options })) as V
      },
      invalidate: (keys, tags) => cache.invalidateAll([...keys, ...tags].map(referenceTo)),
      invalidateAll: () => cache.clear(prefix),
      async close() {
        client.disconnect()
      },
    }
  },
}
