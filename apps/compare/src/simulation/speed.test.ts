import { expect, it } from 'vitest'
import { measureSpeed, speedLoads } from './speed.ts'
import { medianOf, speedLoadNames } from './speed-run.ts'

it.each(speedLoadNames)('measures the load %s', async (name) => {
  const load = speedLoads[name]
  expect(load.requests(100, 1)).toHaveLength(100)
  const speed = await measureSpeed(load, 'cache-aside', 100, 1)
  expect(Math.min(...Object.values(speed))).toBeGreaterThan(0)
})

it('reads every key once', () => {
  expect(new Set(speedLoads.once.requests(50, 1).map(({ key }) => key)).size).toBe(50)
})

it('takes the median of the rounds', () => {
  const rounds = [3, 1, 2, 10].map((simulationS) => ({ requestsS: 0, simulationS, cpuS: 0, peakMiB: 0 }))
  const row = { strategy: 'xfetch', load: 'once' } as const
  expect(medianOf({ ...row, rounds }, 'simulationS')).toBe(2.5)
  expect(medianOf({ ...row, rounds: rounds.slice(0, 3) }, 'simulationS')).toBe(2)
})
