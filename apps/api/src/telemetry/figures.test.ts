import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { alone, type Processes } from '../process/processes.ts'
import { serviceStartedAt } from '../process/service-start.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import { Counters } from './counters.ts'
import { FigureCollector, Figures } from './figures.ts'
import { createMetrics } from './metrics.ts'
import { StoreServer } from './store-server.ts'
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
  const window = new Figures([one.report(), other.report()], 2).since(before, 1_000, NAME).window()
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
  const window = new Figures([report()], 1).since(before, 1_000, NAME).window()
  expect(window).toMatchObject({ reads: 1, misses: 1, hitMs: { count: 0, p50: null }, waitMs: { count: 1 } })
})

it('leaves out what a process counted at an unknown time, and what one that has not answered counted', () => {
  const [one, late, silent] = [processOf(1), processOf(2), processOf(3)]
  const before = byProcess(one.report(), silent.report())
  for (const { counters } of [one, late, silent]) counters.read('hit', 1)
  const without = new Figures([one.report(), late.report()], 3)
  expect(without.since(before, 1_000, NAME).window().reads).toBe(1)
  // When it answers again, nothing of it is lost.
  const again = new Figures([one.report(), silent.report()], 3)
  expect(again.since(before, 1_000, NAME).window().reads).toBe(2)
})

it('has all that a process counted that has started meanwhile', () => {
  const [one, replacement] = [processOf(1), processOf(3, 1_500)]
  const before = byProcess(one.report())
  replacement.counters.read('miss', 1)
  const figures = new Figures([one.report(), replacement.report()], 2)
  expect(figures.since(before, 1_000, NAME).window()).toMatchObject({ reads: 1, misses: 1 })
})

it('counts since the last reset, also once a process is replaced', () => {
  const [one, replacement] = [processOf(1), processOf(3)]
  const since = () => new Figures([one.report(), replacement.report()], 2).totals(NAME).since
  expect(since()).toEqual(serviceStartedAt)
  const reset = new Date(serviceStartedAt.getTime() + 9_000)
  one.counters.reset(reset)
  expect(since()).toEqual(reset)
})

it('has no evictions of a server before it was restarted', async () => {
  let evicted = 1_000
  const server = new StoreServer('redis', async () => ({ evicted, usedBytes: 0, commands: 0 }))
  await server.refresh()
  const instance = { name: NAME, storeKind: 'redis' } as StrategyInstance
  const reports = (others: number) =>
    [server.evictedBefore([NAME]), { [NAME]: others }].map((evictedBefore, n) => ({
      ...processOf(n).report(),
      evictedBefore,
    }))
  evicted = 1_003
  await server.refresh()
  expect(new Figures(reports(1_001), 2).evictionsOf(instance, server)).toBe(3)
  // Restarted, and then another process started, which knows only that.
  evicted = 7
  await server.refresh()
  expect(new Figures(reports(5), 2).evictionsOf(instance, server)).toBe(2)
})

/** A collector whose other process always, or never, answers. */
function collectorOf({ answers = true, server }: { answers?: boolean; server?: StoreServer } = {}) {
  const counters = new Counters()
  const all = [{ name: NAME, counters, storeKind: 'redis' }]
  const instances = { all, names: [NAME], withOutbox: [], withQueue: [] } as unknown as StrategyInstances
  const asked: number[] = []
  const state = { answers }
  const processes = {
    ...alone,
    count: 2,
    async askOthers(withinMs: number) {
      asked.push(withinMs)
      return { answers: state.answers ? [processOf(2).report()] : [], areAll: state.answers }
    },
  } as Processes
  const lines: string[] = []
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line).msg) })
  return { collector: new FigureCollector(instances, server, processes, logger), instances, asked, lines, state }
}

it('is collected once per scrape, also while the store is slow', async () => {
  const server = new StoreServer('redis', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return { evicted: 0, usedBytes: 0, commands: 0 }
  })
  const { collector, instances, asked } = collectorOf({ server })
  const registry = createMetrics(instances, undefined, server, collector)
  expect(await registry.metrics()).toContain('posts_api_evictions_total{strategy="cache-aside"} 0')
  expect(asked).toHaveLength(1)
})

it('has no samples of stale reads over several processes, since they are not counted', async () => {
  const { collector, instances } = collectorOf()
  const text = await createMetrics(instances, undefined, undefined, collector).metrics()
  expect(text).toContain('posts_api_loads_total{strategy="cache-aside"} 0')
  expect(text).not.toContain('posts_api_stale_reads_total{')
})

it('is logged as incomplete, at most once in 10 s', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  const { collector, lines, state } = collectorOf({ answers: false })
  const collectAt = async (seconds: number, answers: boolean) => {
    now.mockReturnValue(seconds * 1_000)
    state.answers = answers
    await collector.collect()
  }
  const missing = 'figures: 1 of 2 processes answered within 500 ms; the others are not included'
  await collectAt(0, false)
  await collectAt(1, true)
  await collectAt(2, false)
  expect(lines).toEqual([missing])
  await collectAt(10, true)
  expect(lines).toEqual([missing, 'figures: 2 of 2 processes answered within 500 ms again'])
  now.mockRestore()
})
