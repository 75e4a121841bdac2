/** The soak in short: that it runs, and that nothing fails. Whether something grows takes `pnpm soak`, ten minutes. */
import { expect, it } from 'vitest'
import { soak } from '../fuzz/soak.ts'

it('answers a mixed load over all strategies without a failure, and measures itself', async () => {
  const { requests, failures, rows } = await soak({ seconds: 8, sampleMs: 500, posts: 100, clients: 4, pauseMs: 5 })
  expect(failures).toEqual([])
  expect(requests).toBeGreaterThan(200)
  for (const { first, last } of rows) expect(Math.min(first, last)).toBeGreaterThan(0)
}, 60_000)
