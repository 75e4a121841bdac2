import type { StrategyName } from 'strategies'
import { expect, it } from 'vitest'
import type { SweepRow } from './sweep.ts'
import { describeKnees, ttlKnees } from './ttl-knee.ts'

const SECOND = 1_000

/** Hit ratios in percent by TTL in seconds. */
function curve(
  ratios: Record<number, number>,
  strategy: StrategyName = 'cache-aside',
  maxEntries: number | null = null,
) {
  return Object.entries(ratios).map(([ttl, ratio]) => {
    return {
      strategy,
      maxEntries,
      ttlMs: Number(ttl) * SECOND,
      hitRatio: ratio / 100,
      loadsPerRead: 1 - ratio / 100,
    } as SweepRow
  })
}

function kneeLines(rows: readonly SweepRow[], recordedMs?: number): string[] {
  const distinct = <T>(all: T[]) => [...new Set(all)]
  const given = {
    strategies: distinct(rows.map(({ strategy }) => strategy)),
    ttlsMs: distinct(rows.map(({ ttlMs }) => ttlMs)),
    capacities: distinct(rows.map(({ maxEntries }) => maxEntries)),
  }
  const recording = recordedMs === undefined ? undefined : { durationMs: recordedMs, duration: '9 min', hasTimes: true }
  return describeKnees(ttlKnees(rows, recording), given, recording)
}

it('is the shortest TTL within 1 point of the best', () => {
  expect(kneeLines(curve({ 1: 40, 10: 80, 60: 89, 600: 90 }))).toEqual([
    'Knee: a TTL of 1 min, the shortest within 1 point of the best hit ratio of the TTLs given.',
  ])
})

it('is not reached if only the longest TTL is that good', () => {
  expect(kneeLines(curve({ 1: 40, 10: 80, 60: 88.99, 600: 90 }))).toEqual([
    'No knee: up to 10 min, the longest TTL given, the hit ratio rises by more than 1 point; try longer ones.',
  ])
})

it('needs a longer recording if the longest TTL is more than half of it', () => {
  const rising = { 60: 80, 300: 90 }
  expect(kneeLines(curve(rising), 540_000)[0]).toMatch(/; try longer ones on a recording of more than 9 min\.$/)
  expect(kneeLines(curve(rising), 600_000)[0]).toMatch(/; try longer ones\.$/)
})

it('may be shorter than all given TTLs', () => {
  expect(kneeLines(curve({ 1: 89.5, 60: 90 }))).toEqual([
    'Knee: a TTL of 1 s or less: the shortest given is within 1 point of the best hit ratio; try shorter ones.',
  ])
})

it('cannot be found by a TTL that is longer than the recording', () => {
  expect(kneeLines(curve({ 60: 70, 3600: 95, 7200: 95 }), 540_000)).toEqual([
    'No knee: the shortest TTL within 1 point of the best hit ratio, 1 h, is longer than the recording; try TTLs below 9 min, or a longer recording.',
  ])
  expect(kneeLines(curve({ 10: 70, 300: 94.5, 3600: 95 }), 540_000)).toEqual([
    'Knee: a TTL of 5 min, the shortest within 1 point of the best hit ratio of the TTLs given.',
  ])
})

it('may be below the best if a longer TTL has fewer hits', () => {
  expect(ttlKnees(curve({ 1: 40, 10: 90.5, 60: 91, 600: 85 }))).toMatchObject([{ ttlMs: 10 * SECOND, is: 'knee' }])
})

it('is found by loads for a strategy with background refresh, which hits at any TTL', () => {
  const loadsPerRead = { 1: 0.5, 10: 0.1, 60: 0.02, 600: 0.015 }
  const rows = Object.entries(loadsPerRead).map(([ttl, loads]) => ({
    ...curve({ [ttl]: 99 }, 'stale-while-revalidate')[0]!,
    loadsPerRead: loads,
  }))
  expect(ttlKnees(rows)).toMatchObject([{ ttlMs: 60 * SECOND, is: 'knee' }])
})

it('is printed once for strategies and capacities with the same knee', () => {
  const early = { 1: 40, 10: 90, 60: 90 }
  const late = { 1: 40, 10: 60, 60: 90 }
  expect(
    kneeLines([
      ...curve(early, 'cache-aside', 10),
      ...curve(late, 'cache-aside', 1_000),
      ...curve(late, 'cache-aside'),
      ...curve(early, 'write-through', 10),
      ...curve(early, 'write-through', 1_000),
      ...curve(early, 'write-through'),
      ...curve({ 1: 0, 10: 0, 60: 0 }, 'no-cache', 10),
    ]),
  ).toEqual([
    'Knee for cache-aside with capacity 10: a TTL of 10 s, the shortest within 1 point of the best hit ratio of the TTLs given.',
    'No knee for cache-aside with capacity 1,000 and more: up to 1 min, the longest TTL given, the hit ratio rises by more than 1 point; try longer ones.',
    'Knee for write-through: a TTL of 10 s, the shortest within 1 point of the best hit ratio of the TTLs given.',
  ])
})

it('is empty for a single TTL, and without hits', () => {
  expect(ttlKnees(curve({ 60: 90 }))).toEqual([])
  expect(ttlKnees(curve({ 1: 0, 60: 0 }, 'no-cache'))).toEqual([])
})
