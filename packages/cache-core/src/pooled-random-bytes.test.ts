import { expect, it } from 'vitest'
import { pooledRandomBytes } from './pooled-random-bytes.ts'

it('returns no byte twice, over many pages and with any counts', () => {
  const drawn = Array.from({ length: 3_000 }, (_, i) => pooledRandomBytes(i % 2 === 0 ? 8 : 12).toString('hex'))
  expect(new Set(drawn.map((bytes) => bytes.slice(0, 16))).size).toBe(3_000)
  expect(new Set(drawn.map((bytes) => bytes.length))).toEqual(new Set([16, 24]))
})
