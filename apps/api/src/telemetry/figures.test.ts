import { expect, it } from 'vitest'
import { Counters } from './counters.ts'
import { Figures } from './figures.ts'
import type { ProcessReport } from './totals.ts'

const NAME = 'cache-aside'

/** A process and its counters; what it reports has been sent to another process. */
function processOf(id: number, startedAt = 0) {
  const counters = new Counters()
  const report = (): ProcessReport =>
    JSON.parse(JSON.stringify({ process: id, startedAt, totals: { [NAME]: counters.report() }, evictedBefore: {} }))
  return { counters, report }
}
const byProcess = (...reports: ProcessReport[]) => new Map(reports.map((report) => [report.process, report]))

it('has the quantiles of all reads together, not the means of quantiles', () => {
  const [one, other] = [processOf(1), processOf(2)]
  for (let n = 0; n < 90; n++) one.counters.read('hit', 1)
  for (let n = 0; n < 10; n++) other.counters.read('hit', 100)
  const { reads, latencyMs } = new Figures([one.report(), other.report()], 2).totals(NAME).snapshot()
  expect(reads).toBe(100)
  expect(latencyMs.hit).toMatchObject({ count: 100, mean: 10.9, p50: 1.003, p95: 100.351, max: 100.351 })
  expect(latencyMs.all).toEqual(latencyMs.hit)
})

it('says how many processes answered, and nothing of that for one process', () => {
  const report = processOf(1).report()
  expect(new Figures([report], 1).processes).toBeUndefined()
  const some = new Figures([report, processOf(2).report()], 3)
  expect([some.processes, some.isComplete]).toEqual([{ answered: 2, of: 3 }, false])
})

it('has what happened since earlier reports, in each process', () => {
  const [one, other] = [processOf(1), processOf(2)]
  one.counters.read('hit', 1)
  other.counters.staleRead(500)
  const before = byProcess(one.report(), other.report())
  one.counters.read('stale', 2)
  one.counters.staleRead(100)
  other.counters.read('miss', 7)
  other.counters.read('collapsed', 9)
  const window = new Figures([one.report(), other.report()], 2).since(before, NAME).window()
  expect(window).toMatchObject({ reads: 3, hits: 0, stale: 1, misses: 1, collapsed: 1, staleReads: 1, staleMaxMs: 100 })
  expect([window.hitMs, window.waitMs]).toMatchObject([
    { count: 1, mean: 2 },
    { count: 2, mean: 8 },
  ])
})

it('counts from a reset, if there was one since', () => {
  const { counters, report } = processOf(1)
  for (let n = 0; n < 5; n++) counters.read('hit', 1)
  const before = byProcess(report())
  counters.reset(new Date(counters.since.getTime() + 1))
  counters.read('miss', 3)
  const window = new Figures([report()], 1).since(before, NAME).window()
  expect(window).toMatchObject({ reads: 1, misses: 1, hitMs: { count: 0, p50: null }, waitMs: { count: 1 } })
})

it('leaves out what a process counted at an unknown time, and what one that has not answered counted', () => {
  const [one, late, silent] = [processOf(1), processOf(2), processOf(3)]
  const before = byProcess(one.report(), silent.report())
  for (const { counters } of [one, late, silent]) counters.read('hit', 1)
  const without = new Figures([one.report(), late.report()], 3)
  expect(without.since(before, NAME).window().reads).toBe(1)
  // When it answers again, nothing of it is lost.
  const again = new Figures([one.report(), silent.report()], 3)
  expect(again.since(before, NAME).window().reads).toBe(2)
})

it('began when the first process started, and counts since the last of their resets', () => {
  const [one, other] = [processOf(1, 5_000), processOf(2, 3_000)]
  one.counters.reset(new Date(8_000))
  other.counters.reset(new Date(9_000))
  const figures = new Figures([one.report(), other.report()], 2)
  expect(figures.startedAt).toEqual(new Date(3_000))
  expect(figures.totals(NAME).since).toEqual(new Date(9_000))
})
