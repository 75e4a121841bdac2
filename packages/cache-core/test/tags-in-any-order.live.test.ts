/** Tags are a set: neither their order nor a duplicate makes another entry. */
import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, invalidate, type LoadContext, writeThrough } from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { backends } from './backends.ts'

const tags = ['posts', 'author:1', 'category:2']
const others = ['category:2', 'posts', 'author:1', 'posts']

describe.each(backends)('$name', ({ makeStore }) => {
  async function processes() {
    const room = await makeStore()
    return () => createCache<string>({ store: room.open(), read: cacheAside(), write: writeThrough() })
  }

  it('reads and peeks hit with tags in another order', async () => {
    const process = await processes()
    await process().read('k', async () => 'v1', { tags })
    expect(await process().read('k', async () => 'v2', { tags: others })).toMatchObject({ outcome: 'hit', value: 'v1' })
    expect(await process().get('k', { tags: others })).toMatchObject({ value: 'v1' })
  })

  it.each(tags)('%s invalidates it', async (tag) => {
    const cache = (await processes())()
    await cache.read('k', async () => 'v1', { tags })
    await cache.invalidate({ tags: [tag] })
    expect((await cache.read('k', async () => 'v2', { tags: others })).value).toBe('v2')
  })

  it('shares a load', async () => {
    const cache = (await processes())()
    const handOver = gate()
    const load = async () => {
      await handOver.pass()
      return 'v1'
    }
    const readers = [cache.read('k', load, { tags }), cache.read('k', load, { tags: others })]
    await handOver.reached
    handOver.open()
    await Promise.all(readers)
    expect(cache.stats()).toMatchObject({ loads: 1, misses: 1, collapsed: 1 })
  })

  it('finds a value that was set, and one filled by a write', async () => {
    const process = await processes()
    const cache = process()
    await cache.set('k', 'set', { tags })
    expect((await process().read('k', async () => 'loaded', { tags: others })).value).toBe('set')
    await cache.write({ keys: ['k'], entryTags: others, value: () => 'written' }, async () => {})
    expect((await process().read('k', async () => 'loaded', { tags })).value).toBe('written')
  })

  it('keeps the tags that the load chose', async () => {
    const cache = (await processes())()
    const load = async ({ setTags }: LoadContext) => {
      setTags(['posts', 'author:1'])
      return 'v1'
    }
    await cache.read('k', load, { tags })
    await cache.invalidate({ tags: ['category:2'] })
    expect((await cache.read('k', load, { tags: others })).outcome).toBe('hit')
    await cache.invalidate({ tags: ['author:1'] })
    expect((await cache.read('k', load, { tags: others })).outcome).toBe('miss')
  })
})

it('counts each tag once towards the limit', async () => {
  const [memory] = backends
  const store = (await memory!.makeStore()).open()
  const cache = createCache({ store, read: cacheAside(), write: invalidate() })
  const most = Array.from({ length: 255 }, (_, i) => `t${i}`)
  await cache.read('k', async () => 1, { tags: [...most, ...most] })
  expect((await cache.read('k', async () => 2, { tags: most.toReversed() })).outcome).toBe('hit')
  await expect(cache.read('k', async () => 1, { tags: [...most, 'one more'] })).rejects.toThrow('tags has 256 tags')
})

it('does not change the caller’s array', async () => {
  const [memory] = backends
  const store = (await memory!.makeStore()).open()
  const mine = Object.freeze([...others])
  await createCache({ store, read: cacheAside(), write: invalidate() }).read('k', async () => 1, { tags: mine })
  expect(mine).toEqual(others)
})
