/** Foreign or damaged data under an entry's key: reported and counted as a miss, and replaced. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 5 })
})
afterAll(() => api.close())

const read = async (id: number, strategy: string) => {
  const answer = await api.request(`/api/posts/${id}?strategy=${strategy}`)
  return {
    status: answer.status,
    cache: answer.headers.get('X-Cache'),
    id: ((await answer.json()) as { id: number }).id,
  }
}

async function missesOf(strategy: string): Promise<{ misses: number; errors: number; failedReads: number }> {
  const stats = await (await api.request('/api/stats')).json()
  const { misses, errors, failedReads } = (stats as { strategies: Record<string, never> }).strategies[strategy]!
  return { misses, errors, failedReads }
}

/** @param whole the undamaged entry */
type Damage = (key: string, whole: Buffer, otherKey: string) => Promise<unknown>

const changed = (at: number, bit = 1): Damage => {
  return (key, whole) => {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= bit
    return api.redis!.set(key, damaged)
  }
}

const damages: [what: string, damage: Damage][] = [
  ['a header with a wrong format', changed(1)],
  ['a header with a wrong time', changed(25)],
  ['a payload that the codec does not know', changed(56)],
  ['a payload with another version', changed(46, 16)],
  ['a payload whose ETag no header can hold', changed(57, 128)],
  ['a payload whose ETag does not end', changed(79)],
  ['an entry cut short', (key, whole) => api.redis!.set(key, whole.subarray(0, -1))],
  ['an entry with trailing bytes', (key, whole) => api.redis!.set(key, Buffer.concat([whole, Buffer.from('\n')]))],
  ['another type', async (key) => [await api.redis!.del(key), await api.redis!.rpush(key, 'x')]],
  ["another program's text", (key) => api.redis!.set(key, '{"id":99,"title":"not ours"}')],
  ["another post's entry", (key, _whole, otherKey) => api.redis!.copy(otherKey, key, 'REPLACE')],
]

describe.each(['cache-aside', 'manual-invalidation', 'write-through', 'stampede-lock', 'tiered'])('%s', (strategy) => {
  it.each(damages)('%s', async (_what, damage) => {
    const find = async (id: number) => (await api.redis!.keys(`${api.prefix}${strategy}:e:{post:${id}}`))[0]!
    for (const id of [1, 2]) expect(await read(id, strategy)).toMatchObject({ id, status: 200 })
    const key = await find(1)
    await damage(key, (await api.redis!.getBuffer(key))!, await find(2))
    const before = await missesOf(strategy)
    expect(await read(1, strategy)).toEqual({ status: 200, cache: 'MISS', id: 1 })
    expect(await missesOf(strategy)).toEqual({ ...before, misses: before.misses + 1 })
    expect(await read(1, strategy)).toEqual({ status: 200, cache: 'HIT', id: 1 })
  })
})
