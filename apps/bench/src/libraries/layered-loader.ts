/**
 * layered-loader. In memory: "Simplified loader syntax" with `inMemoryCache`, of type `lru-map`, as recommended for string keys, without an
 * `asyncCache`. In Redis: the same with `asyncCache: RedisCache`, `json: true`, without an `inMemoryCache`. Reads: `get`; synchronous: `getInMemoryOnly`.
 * Many keys: `getMany`. Writes: `invalidateCacheFor` after the commit. Its groups are no tags: an entry belongs to one. As one of several
 * processes: "Update notifications": both caches, with a publisher and a consumer.
 */
import { createNotificationPair, type InMemoryCacheConfiguration, Loader, RedisCache } from 'layered-loader'
import { connectPeer } from './connect.ts'
import { type Library, type OpenCache, type Setting, TTL_MS } from './library.ts'

const MAX_ITEMS = 10_000
const IN_MEMORY: InMemoryCacheConfiguration = { cacheType: 'lru-map', ttlInMsecs: TTL_MS, maxItems: MAX_ITEMS }

type Config = ConstructorParameters<typeof Loader<object>>[0]

async function open(config: Config, { load, loadMany }: Setting, close = () => {}): Promise<OpenCache> {
  const loader = new Loader<object>({
    ...config,
    dataSourceGetOneFn: load,
    dataSourceGetManyFn: loadMany,
    cacheKeyFromValueResolver: (value) => (value as { key: string }).key,
  })
  await loader.init()
  return {
    read: (key) => loader.get(key),
    ...(config.inMemoryCache && { peek: (key: string) => loader.getInMemoryOnly(key) }),
    readMany: (keys) => loader.getMany([...keys]),
    async write(key, commit) {
      await commit()
      await loader.invalidateCacheFor(key)
    },
    async close() {
      await loader.close?.()
      close()
    },
  }
}

const redisCache = async (setting: Setting) => {
  const client = await connectPeer(setting)
  const cache = new RedisCache<object>(client, { json: true, prefix: setting.prefix, ttlInMsecs: TTL_MS })
  return { client, cache }
}

export const layeredLoader: Library = {
  title: 'layered-loader',
  package: 'layered-loader',
  form: 'object',
  coldLoads: 'one per process',
  near: (setting) => open({ inMemoryCache: IN_MEMORY }, setting),
  async shared(setting) {
    const { client, cache } = await redisCache(setting)
    return open({ asyncCache: cache }, setting, () => client.disconnect())
  },
  async process(setting) {
    const { client, cache } = await redisCache(setting)
    const [publisherRedis, consumerRedis] = await Promise.all([connectPeer(setting), connectPeer(setting)])
    const { publisher, consumer } = createNotificationPair<object>({
      channel: `${setting.prefix}notifications`,
      publisherRedis,
      consumerRedis,
    })
    const notified = { notificationPublisher: publisher, notificationConsumer: consumer }
    return open({ inMemoryCache: IN_MEMORY, asyncCache: cache, ...notified }, setting, () => {
      for (const one of [client, publisherRedis, consumerRedis]) one.disconnect()
    })
  },
}
