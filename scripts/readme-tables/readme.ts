import type { Comparison } from '../../apps/compare/src/comparison.ts'
import type { MeasureName } from '../../apps/compare/src/measures.ts'
import { figureOf } from '../../apps/compare/src/spread.ts'
import {
  countsWaiting,
  FLOOR,
  isCeiling,
  isNaive,
  medianOf,
  mediansOfGuarded,
  ms,
  percent,
  range,
  type Strategy,
  seconds,
  spread,
  staleSeen,
  table,
  timesLower,
  timesLowerInWords,
  whole,
} from './figures.ts'
import { blog, cheap } from './stored-runs.ts'

export const readmeTables: Record<string, () => string> = {
  compare() {
    const { missMs, hitMs } = reportFactor()
    return [
      loadInWords(blog()),
      mainTable(
        blog(),
        'strategy',
        blog().strategies.filter((strategy) => !isNaive(strategy)), // the ceiling is the last of them
      ),
      `**Where a cache helps**: the report takes ${ms(missMs)} ms from Postgres and at most ${ms(hitMs)} ms from the cache. The median time of a read is ` +
        `${timesLowerInWords(blog(), 'readP50Ms')}; of its ${ms(medianOf(blog(), FLOOR, 'readP50Ms'))} ms without a cache, ${blog().config.workload.originDelayMs} ms are the added delay. The database gets ` +
        `${timesLower(blog(), 'loadsPerSecond')} times fewer loads. The p99 is that of a miss: ${range(mediansOfGuarded(blog(), 'readP99Ms'))} ms against ${ms(medianOf(blog(), FLOOR, 'readP99Ms'))} ms. ${whoWaits()}**Where it helps little**: single rows by primary key, without the delay, ` +
        `take ${ms(medianOf(cheap(), FLOOR, 'readP50Ms'))} ms without a cache and ${range(mediansOfGuarded(cheap(), 'readP50Ms'))} ms with one (${timesLowerInWords(cheap(), 'readP50Ms')}).`,
    ].join('\n\n')
  },
  naive() {
    return mainTable(blog(), 'without the guard', blog().strategies.filter(isNaive))
  },
}

const columns = (comparison: Comparison) => [
  'hit ratio, %',
  ...(countsWaiting(comparison) ? ['reads/s that waited'] : []),
  'read p50, ms',
  'read p99, ms',
  'DB loads/s',
  'write p50, ms',
]

function mainRow(comparison: Comparison, strategy: Strategy): string[] {
  const { name } = strategy
  const figure = (measure: MeasureName) => figureOf(comparison, name, measure)
  return [
    `[${name}](docs/strategies/${name}.md)`,
    guaranteeOf(strategy),
    staleSeen(comparison, name),
    spread(figure('hitRatio'), percent),
    ...(countsWaiting(comparison) ? [spread(figure('waitingPerSecond'), ms)] : []),
    spread(figure('readP50Ms'), ms),
    spread(figure('readP99Ms'), ms),
    spread(figure('loadsPerSecond'), whole),
    spread(figure('writeP50Ms'), ms),
  ]
}

function mainTable(comparison: Comparison, first: string, strategies: readonly Strategy[]): string {
  return table(
    [first, 'guarantee', 'stale reads seen', ...columns(comparison)],
    strategies.map((strategy) => mainRow(comparison, strategy)),
  )
}

function loadInWords({ config }: Comparison): string {
  const { workload, rows, probe, runs, apiProcesses } = config
  const posts = rows! - probe.racedPosts - probe.quietPosts
  const share = (value: number) => `${Number((100 * value).toFixed(2))} %`
  return (
    `**${workload.ratePerSecond} requests/s to a blog of ${posts.toLocaleString('en')} posts, TTL ${seconds(workload.ttlMs)}**: ` +
    `${share(workload.pageShare)} read the front page, ${share(workload.reportShare)} a report over all posts, ` +
    `${share(workload.writeShare)} edit a post, the rest read one of the ${workload.posts} most-read posts. Each load of posts has an added delay of ` +
    `${workload.originDelayMs} ms, for joins and remote calls; the report has none. ` +
    `${apiProcesses} API processes; median of ${runs} runs in random order, [min–max].`
  )
}

function guaranteeOf(strategy: Strategy): string {
  const { promise } = strategy
  if (isCeiling(strategy)) return 'none: not a strategy'
  if (promise.breaks !== undefined) return 'nothing'
  if (promise.readAfterWriteOf === 'none') return `at most ${seconds(promise.staleForAtMostMs)} old`
  if (promise.readAfterWrite) return 'current'
  if (promise.where !== 'every process') return 'current in one process'
  if (promise.readAfterWriteOf === 'keys') return 'rows current, lists later'
  return `current in the writing process, in others within ${seconds(promise.othersWithinMs ?? 0)}`
}

/** The report: slowest hit of the guarded strategies, and load without a cache. */
function reportFactor(): { missMs: number; hitMs: number } {
  return {
    missMs: medianOf(blog(), FLOOR, 'reportMissP50Ms'),
    hitMs: Math.max(...mediansOfGuarded(blog(), 'reportHitP50Ms')),
  }
}

/** The effect of background refreshes on waiting reads. Empty if these strategies were not measured. */
function whoWaits(): string {
  const names = ['stampede-lock', 'stale-while-revalidate', 'refresh-ahead', 'xfetch']
  const medians = names.map((name) => figureOf(blog(), name, 'waitingPerSecond')?.median)
  if (medians.includes(undefined)) return ''
  const [lock, stale, ahead, early] = medians.map((median) => ms(median!))
  return (
    `Of ${blog().config.workload.ratePerSecond} requests per second, these wait for a load: ${lock} under stampede-lock, ${early} under xfetch, ${ahead} under refresh-ahead and ` +
    `${stale} under stale-while-revalidate. xfetch and refresh-ahead spare a wait only where a key is read shortly before it expires. `
  )
}
