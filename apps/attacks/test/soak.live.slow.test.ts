/** A short soak: it runs and nothing fails. Detecting growth takes 10 min of `pnpm attack soak`. */
import { expect, it } from 'vitest'
import { soak } from '../src/soak/soak.ts'

it('answers a mixed load over all strategies without a failure, and collects samples', async () => {
  const { requests, failures, rows } = await soak({ seconds: 5, sampleMs: 500, posts: 100, clients: 4, pauseMs: 5 })
  expect(failures).toEqual([])
  expect(requests).toBeGreaterThan(200)
  for (const { first, last } of rows) expect(Math.min(first, last)).toBeGreaterThan(0)
}, 60_000)
