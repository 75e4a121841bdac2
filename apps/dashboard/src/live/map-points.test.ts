import { expect, it } from 'vitest'
import { History } from './history.ts'
import { mapPoints } from './map-points.ts'
import { statsEvent } from './test-events.ts'

const NOTHING = { count: 0, mean: null, p50: null, p99: null }

/** Each read took 1 ms. */
function pointsOf(seconds: readonly Readonly<Record<string, { reads: number; loads: number }>>[]) {
  const history = new History()
  seconds.forEach((strategies, second) => {
    const windows = Object.entries(strategies).map(([name, { reads, loads }]) => {
      const hitMs = { count: reads, mean: 1, p50: 1, p99: 1 }
      return [name, { reads, loads, hits: reads, hitMs, waitMs: NOTHING }] as const
    })
    history.add(statsEvent(second + 1, Object.fromEntries(windows)))
  })
  const names = [...new Set(seconds.flatMap((strategies) => Object.keys(strategies)))]
  return mapPoints({ history, seconds: 60, skip: 0 }, names)
}

it('compares loads per read, so that traffic makes no difference', () => {
  const busy = { reads: 1_000, loads: 20 }
  const quiet = { reads: 50, loads: 5 }
  const points = pointsOf([{ tiered: busy }, { tiered: busy, xfetch: quiet }])
  expect(points.map(({ strategy, loads }) => [strategy, loads.median])).toEqual([
    ['tiered', 2],
    ['xfetch', 10],
  ])
  expect(points[0]!.title).toContain('2.0 loads per 100 reads')
})

it('leaves out strategies with too few reads to tell, and the upper bound', () => {
  const enough = { reads: 20, loads: 1 }
  const points = pointsOf([{ tiered: enough, xfetch: { reads: 19, loads: 0 }, 'always-hit': enough }])
  expect(points.map(({ strategy }) => strategy)).toEqual(['tiered'])
})
