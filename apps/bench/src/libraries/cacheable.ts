/**
 * cacheable. In memory: "Basic Usage", the default primary store. In Redis only: "Cacheable Options, primary", with the adapter of
 * "Storage Tiering and Caching", @keyv/redis. Reads: "GetOrSet", with `throwErrors`, since otherwise a failed load looks like an absent
 * value. Tags: "Tag Based Invalidation", with `get` and `set`, since `getOrSet` has no tags. Many keys: `getMany`, `setMany`. Writes: `delete`
 * after the commit. As one of several processes: "CacheableSync", in `packages/peers`.
 */
import KeyvRedis from '@keyv/redis'
import { Cacheable, type CacheableOptions } from 'cacheable'
import { asProcess } from './as-process.ts'
import { fillMissing } from './fill-missing.ts'
import { type Library, type Open, type OpenCache, type Setting, TAGS, TTL_MS } from './library.ts'

const READ_OPTIONS = { ttl: TTL_MS, throwErrors: 'function' } as const

function open(options: CacheableOptions, { prefix, load, loadMany, onError }: Setting): OpenCache {
  const cache = new Cacheable({ namespace: prefix, ttl: TTL_MS, ...options })
  cache.on('error', onError)
  const setAndReturn = async (key: string) => {
    const loaded = await load(key)
    await cache.set(key, loaded, { tags: [...TAGS] })
    return loaded
  }
  return {
    read: options.tags
      ? async (key) => (await cache.get(key)) ?? (await setAndReturn(key))
      : (key) => cache.getOrSet(key, () => load(key), READ_OPTIONS),
    readMany: async (keys) =>
      fillMissing(keys, await cache.getMany([...keys]), loadMany, (entries) => cache.setMany(entries)),
    async write(key, commit) {
      await commit()
      await cache.delete(key)
    },
    invalidateTag: (tag) => cache.tags.invalidateTag(tag),
    close: () => cache.disconnect(),
  }
}

const shared =
  (tags: boolean): Open =>
  async (setting) =>
    open({ primary: new KeyvRedis(setting.redisUrl), tags }, setting)

export const cacheable: Library = {
  title: 'cacheable',
  package: 'cacheable',
  form: 'object',
  coldLoads: 'one per process',
  near: async (setting) => open({}, setting),
  shared: shared(false),
  tagged: shared(true),
  process: asProcess('peer:cacheable'),
}
