/** When a write is said to be delivered: once all it voids or fills was confirmed, and not before. */
import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, expireOnly, invalidate, memoryStore, type Store, writeThrough } from './index.ts'

/** A memory store that says no to some of what it is asked. */
function world(write = invalidate(), refuses: { invalidate?: (names: string[]) => boolean; fill?: boolean } = {}) {
  const memory = memoryStore()
  const heard: unknown[] = []
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
  const delivered = (result: unknown) => heard.push({ delivered: result })
  return { cache, heard, delivered }
}

const change = { keys: ['k'], tags: ['t'] }
const said = { delivered: 'v' }

describe.each([invalidate, writeThrough])('%o', (write) => {
  it('says so with the result, after all was voided', async () => {
    const { cache, heard, delivered } = world(write())
    await cache.write({ ...change, delivered }, async () => 'v')
    expect(heard.at(-1)).toEqual(said)
    expect(heard).toContain('t')
    await cache.write({ keys: (result) => [`${result}`], delivered }, async () => 'v')
    expect(heard.slice(-2)).toEqual(['v', said])
  })

  it.each([['a key', 'k'] as const, ['a tag', 't'] as const])('not where %s is owed', async (_what, owed) => {
    const { cache, heard, delivered } = world(write(), { invalidate: (names) => names.includes(owed), fill: true })
    expect(await cache.write({ ...change, delivered }, async () => 'v')).toBe('v')
    expect(heard).not.toContainEqual(said)
  })

  it('not when the commit failed, which may have happened all the same', async () => {
    const { cache, heard, delivered } = world(write())
    const commit = async () => {
      throw new Error('the answer was lost')
    }
    await expect(cache.write({ ...change, delivered }, commit)).rejects.toThrow('lost')
    expect(heard).toEqual(['k', 't'])
  })

  it('fails no write by a mistake of those it tells', async () => {
    const { cache } = world(write())
    const delivered = () => {
      throw new Error('a mistake')
    }
    expect(await cache.write({ ...change, delivered }, async () => 'v')).toBe('v')
  })
})

it('a fill that was refused counts once the key was voided instead', async () => {
  const { cache, heard, delivered } = world(writeThrough(), { fill: true })
  await cache.write({ ...change, delivered }, async () => 'v')
  expect(heard.toSorted()).toEqual(['k', 't', said].toSorted())
  expect(heard.at(-1)).toEqual(said)
})

it('expire-only voids nothing, and says nothing', async () => {
  const { cache, heard, delivered } = world(expireOnly())
  await cache.write({ ...change, delivered }, async () => 'v')
  expect(heard).toEqual([])
})
