import { expect, it } from 'vitest'
import { FrequentIds } from './frequent-ids.ts'

it('counts exactly up to its limit, and starts again at 0 after take()', () => {
  const ids = new FrequentIds(2)
  for (const id of [7, 8, 7, 7]) ids.add(id)
  expect([...ids.take()]).toEqual([
    [7, 3],
    [8, 1],
  ])
  expect([...ids.take()]).toEqual([])
})

it('keeps to its limit with 100,000 distinct ids, never counts too high, and too low by at most its bound', () => {
  const limit = 100
  const ids = new FrequentIds(limit)
  let seen = 0
  let most = 0
  for (let id = 1; id <= 100_000; id++) {
    ids.add(id)
    ids.add(0)
    seen += 2
    most = Math.max(most, ids.size)
  }
  expect(most).toBe(limit)
  const counted = ids.take().get(0)!
  expect(counted).toBeLessThanOrEqual(100_000)
  expect(counted).toBeGreaterThanOrEqual(100_000 - seen / (limit + 1))
})
