/** The result of a write, and whether all its invalidations and fills were confirmed. */
import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, expireOnly, invalidate, memoryStore, type Store, writeThrough } from './index.ts'

/** A memory store that refuses some calls, and records the names to invalidate. */
function world(write = invalidate(), refuses: { invalidate?: (names: string[]) => boolean; fill?: boolean } = {}) {
  const memory = memoryStore()
  const heard: string[] = []
  const store: Store = {
    ...memory,
    async invalidate(keys, tags) {
      const names = [...keys, ...tags]
      await memory.invalidate(keys, tags)
      heard.push(...names)
      return !refuses.invalidate?.(names)
    },
    fill: (key, fill) => !refuses.fill && memory.fill(key, fill),
  }
  const cache = createCache<unknown>({ store, read: cacheAside(), write })
  return { cache, heard }
}

const change = { keys: ['k'], tags: ['t'], value: (result: unknown) => result }
const confirmed = { result: 'v', ack: 'database', isConfirmed: true }

describe.each([invalidate, writeThrough])('%o', (write) => {
  it('is confirmed once everything was invalidated or filled', async () => {
    const { cache, heard } = world(write())
    expect(await cache.write(change, async () => 'v')).toEqual(confirmed)
    expect(heard).toContain('t')
    expect(await cache.write({ keys: (result) => [`${result}`] }, async () => 'v')).toEqual(confirmed)
    expect(heard.at(-1)).toBe('v')
  })

  it.each([['a key', 'k'] as const, ['a tag', 't'] as const])(
    'is not confirmed while %s is pending',
    async (_what, pending) => {
      const { cache } = world(write(), { invalidate: (names) => names.includes(pending), fill: true })
      expect(await cache.write(change, async () => 'v')).toEqual({ ...confirmed, isConfirmed: false })
    },
  )

  it('invalidates the known names of a failed commit, since it may have succeeded', async () => {
    const { cache, heard } = world(write())
    const commit = async () => {
      throw new Error('the answer was lost')
    }
    await expect(cache.write(change, commit)).rejects.toThrow('lost')
    expect(heard).toEqual(['k', 't'])
    heard.length = 0
    await expect(cache.write({ keys: () => ['late'], tags: ['t'] }, commit)).rejects.toThrow('lost')
    expect(heard).toEqual(['t'])
  })

  it('invalidates nothing after a commit that changed nothing', async () => {
    const { cache, heard } = world(write())
    const load = async () => 'old'
    await cache.read('k', load, { tags: ['t'] })
    const unchanged = { ...change, entryTags: ['t'], changed: (result: unknown) => result !== undefined }
    expect(await cache.write(unchanged, async () => undefined)).toEqual({ ...confirmed, result: undefined })
    expect(heard).toEqual([])
    expect((await cache.read('k', load, { tags: ['t'] })).outcome).toBe('hit')
    await cache.write(unchanged, async () => 'v')
    expect(heard).toContain('t')
    expect(cache.stats().writes).toBe(2)
  })

  it('accepts tags known only after the commit', async () => {
    const { cache } = world(write())
    let n = 0
    const inOldCategory = () => cache.read('list', async () => ++n, { tags: ['category:old'] })
    await inOldCategory()
    await cache.write({ keys: ['k'], tags: (from) => [`category:${from}`] }, async () => 'new')
    expect((await inOldCategory()).outcome).toBe('hit')
    await cache.write({ keys: ['k'], tags: (from) => [`category:${from}`] }, async () => 'old')
    expect(await inOldCategory()).toMatchObject({ outcome: 'miss', value: 2 })
  })

  it('invalidates the known names if a function of the result throws, and rethrows', async () => {
    const { cache, heard } = world(write())
    const tags = () => {
      throw new Error('a mistake')
    }
    await expect(cache.write({ keys: ['k'], tags }, async () => 'v')).rejects.toThrow('a mistake')
    expect(heard).toContain('k')
  })
})

describe.each([invalidate, writeThrough, expireOnly])('invalid names (%o)', (write) => {
  const odd = 'user:\ud800'
  const tooMany = Array.from({ length: 256 }, (_, i) => `t${i}`)

  it.each([
    [{ keys: ['k', odd] }, 'half a surrogate pair'],
    [{ keys: ['k'], tags: [odd] }, 'half a surrogate pair'],
    [{ keys: ['k'], entryTags: [odd] }, 'half a surrogate pair'],
    [{ keys: ['k'], entryTags: tooMany }, 'entryTags has 256 tags; give at most 255'],
  ])('are refused before the commit', async (names, message) => {
    const { cache } = world(write())
    const commit = async () => expect.fail('committed')
    await expect(cache.write({ ...names, value: () => 'v' }, commit)).rejects.toThrow(message)
  })

  it('do not fail a committed write if they are known only after the commit', async () => {
    const { cache, heard } = world(write())
    const names = { keys: () => [odd, 'k'], tags: () => [odd, 't'] }
    expect(await cache.write(names, async () => 'v')).toEqual(confirmed)
    expect(heard.toSorted()).toEqual(write === expireOnly ? [] : ['k', 't'])
  })
})

it('write-through keeps the value under a key given twice', async () => {
  const { cache } = world(writeThrough())
  await cache.write({ keys: ['k', 'k'], value: (result) => result }, async () => 'v')
  expect((await cache.get('k'))?.value).toBe('v')
})

it('write-through releases its claim after a commit that changed nothing, so that the next reader fills', async () => {
  const { cache } = world(writeThrough())
  await cache.write({ ...change, changed: () => false }, async () => 'v')
  await cache.read('k', async () => 'loaded')
  expect((await cache.get('k'))?.value).toBe('loaded')
})

it('a refused fill counts as confirmed once the key was invalidated instead', async () => {
  const { cache, heard } = world(writeThrough(), { fill: true })
  expect(await cache.write(change, async () => 'v')).toEqual(confirmed)
  expect(heard.toSorted()).toEqual(['k', 't'])
})

it('write-through never uses the result of the commit as the value without a value function', async () => {
  const { cache } = world(writeThrough())
  await cache.read('k', async () => 'row 1')
  const { value, ...withoutValue } = change
  await cache.write(withoutValue, async () => ({ rowCount: 1, command: 'UPDATE' }))
  expect(await cache.read('k', async () => 'row 2')).toMatchObject({ outcome: 'miss', value: 'row 2' })
  await cache.write({ ...withoutValue, value }, async () => 'row 3')
  expect(await cache.read('k', async () => 'row 4')).toMatchObject({ outcome: 'hit', value: 'row 3' })
})

it('expire-only invalidates nothing, and leaves nothing to confirm', async () => {
  const { cache, heard } = world(expireOnly())
  expect(await cache.write(change, async () => 'v')).toEqual(confirmed)
  expect(heard).toEqual([])
})
