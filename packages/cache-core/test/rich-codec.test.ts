/** The codec of docs/using-cache-core.md for values that JSON does not keep. */
import { parse, stringify } from 'devalue'
import { expect, it } from 'vitest'
import { type CacheWarning, type Codec, cacheAside, createCache, invalidate, memoryStore } from '../src/index.ts'

const richCodec: Codec<unknown> = {
  encode: (value) => Buffer.from(stringify(value)),
  decode: (bytes) => parse(bytes.toString()),
}

function world() {
  const warnings: CacheWarning[] = []
  const onWarning = (warning: CacheWarning) => warnings.push(warning)
  const options = { store: memoryStore(), read: cacheAside(), write: invalidate(), codec: richCodec, onWarning }
  return { cache: createCache<unknown>(options), warnings }
}

const cyclic: Record<string, unknown> = { name: 'root' }
cyclic.self = cyclic

it.each([
  ['a Date', { at: new Date(5) }],
  ['a Map in a Set', new Set([new Map([['a', [1]]])])],
  ['a bigint', 12n ** 20n],
  ['numbers that JSON can’t express', [Number.NaN, Number.POSITIVE_INFINITY, -0]],
  ['undefined and holes in a list', [undefined, 1]],
  ['a RegExp', /a+/gi],
  ['a typed array', new Float64Array([1.5, 2])],
  ['a cycle', cyclic],
  ['JSON', { a: [1, 'b', null, { c: false }] }],
])('keeps %s', async (_what, value) => {
  const { cache, warnings } = world()
  await cache.read('k', async () => value)
  const second = await cache.read('k', async () => 'not asked')
  expect(second.outcome).toBe('hit')
  expect(second.value).toStrictEqual(value)
  expect(warnings).toEqual([])
})

it('returns and reports a value that it can’t keep either', async () => {
  class Money {
    amount = 5
  }
  const { cache, warnings } = world()
  const value = { price: new Money() }
  await cache.read('k', async () => value)
  expect(await cache.read('k', async () => value)).toMatchObject({ outcome: 'miss', value })
  expect(warnings).toMatchObject([{ code: 'VALUE_NOT_KEPT' }])
})
