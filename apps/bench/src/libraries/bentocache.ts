/**
 * bentocache. In memory: "Cache drivers, Memory", with `serialize: false`, its fastest form, which its documentation allows for a
 * store without a second level. In Redis: "Cache drivers, Redis", one level. Tags: "Tags". Reads: `getOrSet`. Writes: `delete` after the
 * commit, as in "Quick setup". There is no read of many keys. As one of several processes: "Multi-tier", in `packages/peers`.
 */
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { asProcess } from './as-process.ts'
import { connectPeer } from './connect.ts'
import { type Library, type Open, type OpenCache, type Setting, TAGS, TTL_MS } from './library.ts'

const MAX_ITEMS = 10_000

type Store = ReturnType<typeof bentostore>

function open(store: Store, { prefix, load }: Setting, isTagged = false): OpenCache {
  const bento = new BentoCache({ default: 'posts', prefix, ttl: TTL_MS, stores: { posts: store } })
  return {
    read: isTagged
      ? (key) => bento.getOrSet({ key, tags: [...TAGS], factory: () => load(key) })
      : (key) => bento.getOrSet({ key, factory: () => load(key) }),
    async write(key, commit) {
      await commit()
      await bento.delete({ key })
    },
    invalidateTag: (tag) => bento.deleteByTag({ tags: [tag] }),
    close: () => bento.disconnectAll(),
  }
}

const shared =
  (isTagged: boolean): Open =>
  async (setting) =>
    open(bentostore().useL2Layer(redisDriver({ connection: await connectPeer(setting) })), setting, isTagged)

export const bentocache: Library = {
  title: 'bentocache',
  package: 'bentocache',
  form: 'object',
  coldLoads: 'one per process',
  near: async (setting) =>
    open(bentostore().useL1Layer(memoryDriver({ maxItems: MAX_ITEMS, serialize: false })), setting),
  shared: shared(false),
  tagged: shared(true),
  process: asProcess('peer:bentocache'),
}
