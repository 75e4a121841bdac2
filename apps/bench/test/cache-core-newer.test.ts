import type { Cache } from 'cache-core'
import { expect, it } from 'vitest'
import { readManyOf, syncPeekOf } from '../src/libraries/cache-core-newer.ts'

const cache = (calls: object) => calls as Cache<unknown>

it('peek counts only if it answers without a promise', () => {
  expect(syncPeekOf(cache({ peek: async () => undefined }))).toBeUndefined()
  const peek = syncPeekOf(cache({ peek: (key: string) => (key === 'kept' ? { value: 1 } : undefined) }))!
  expect(peek('kept')).toEqual({ value: 1 })
})

it('readMany gets a load of what is missing, if there is such a call', async () => {
  const loadMany = async (keys: readonly string[]) => keys.map((key) => ({ key }))
  expect(readManyOf(cache({}), loadMany)).toBeUndefined()
  const readMany = readManyOf(
    cache({
      readMany: async (keys: string[], load: (missing: string[]) => Promise<Map<string, object>>) =>
        load(keys.slice(1)),
    }),
    loadMany,
  )!
  expect(await readMany(['a', 'b'])).toEqual(new Map([['b', { key: 'b' }]]))
})
