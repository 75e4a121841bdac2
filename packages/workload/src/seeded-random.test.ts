import { expect, it } from 'vitest'
import { seededRandom } from './seeded-random.ts'

it('gives the same numbers for a seed, on every machine and in every release', () => {
  const draw = ({ below }: ReturnType<typeof seededRandom>) => Array.from({ length: 5 }, () => below(1_000))
  expect(draw(seededRandom(1))).toEqual([367, 81, 820, 701, 149])
  expect(draw(seededRandom(2))).not.toEqual(draw(seededRandom(1)))
})

it('picks every item about equally often', () => {
  const random = seededRandom(7)
  const counts = { a: 0, b: 0, c: 0 }
  for (let i = 0; i < 30_000; i++) counts[random.pick(['a', 'b', 'c'] as const)]++
  for (const count of Object.values(counts)) expect(Math.abs(count - 10_000)).toBeLessThan(300)
})
