import { workloads } from '../../packages/workload/src/index.ts'
import type { StrategyInfo } from './api.ts'
import type { ReadFigures } from './figures.ts'
import { ACCOUNTED } from './outcomes.ts'
import type { SideBySideResult } from './side-by-side-result.ts'
import type { Distribution } from './summary.ts'
import { type Column, count, number, percent, table, wrapped } from './table.ts'
import { FLOOR } from './thresholds.ts'

type StrategyResult = SideBySideResult['strategies'][number]

/** Below this many samples a quantile says more about luck than about the strategy. */
const ENOUGH_SAMPLES = 100

const WIDTH = 120

/** What `handleSummary` prints, 120 columns wide. */
export function sideBySideReport(result: SideBySideResult): string {
  const { strategies, config } = result
  const floor = strategies.find(({ name }) => name === FLOOR)
  const [naive, contestants] = [strategies.filter(isNaive), strategies.filter((strategy) => !isNaive(strategy))]
  const hasHotPost = strategies.some(({ stampede }) => stampede?.factor != null)
  const main = (first: string, those: readonly StrategyResult[]) =>
    table(
      mainColumns(first, hasHotPost),
      those.map((strategy) => mainRow(strategy, floor, config.ttlMs, hasHotPost)),
    )
  return [
    '',
    ...loadLines(result).flatMap((line) => wrapped(line, WIDTH)),
    '',
    ...(contestants.length > 0 ? [...main('strategy', contestants), ''] : []),
    ...(naive.length > 0 ? [...main('without the guard', naive), ''] : []),
    ...table(
      kindColumns(result),
      strategies.map((strategy) => kindRow(strategy, result)),
    ),
    '',
    'hit %: (HIT + STALE) / all reads of the load. ms: from the moment a request was due, p50 and p99 of all reads.',
    `p50, loads: how many times lower than ${FLOOR}. stale reads: the value had been replaced by an acknowledged write`,
    `before the read came; max: for how long. Guarantee: how old a value may be.${hasHotPost ? ' hot post: loads each time its entry ended.' : ''}`,
    '–: too few samples (100 for all reads and for p99, 5 for other medians), or not known.',
    ...(strategies.some(({ strategy: { promise } }) => promise !== null && isLocal(promise))
      ? ['Current here: in each process of the API by itself, since entries are kept in its memory.']
      : []),
    ...(naive.length > 0
      ? [
          'Without the guard a strategy guarantees nothing, whatever it shows here: docs/races.md has the races it loses.',
        ]
      : []),
    '',
    ...notes(result).flatMap((line) => wrapped(line, WIDTH)),
    '',
  ].join('\n')
}

function isNaive({ strategy }: StrategyResult): boolean {
  return strategy.promise?.breaks !== undefined
}

function loadLines({ config }: SideBySideResult): string[] {
  const { workload, zipf, posts, ttlMs, originDelayMs, durationMs, warmupMs, seed, trace, crowd, baseUrls } = config
  const rest =
    config.popularity === 'latest'
      ? `read one of the latest of ${count(posts)} posts (Zipf ${zipf})`
      : `read one of ${count(posts)} posts (Zipf ${zipf})`
  const shares = [
    [config.pageRatio, 'read the front page'],
    [config.reportRatio, 'the report over all posts'],
    [config.listRatio, 'the whole list'],
    [config.writeRatio, 'edit a post'],
    [config.insertRatio, 'add one'],
    [config.rmwRatio, 'read and edit one'],
  ] as const
  const given = shares.flatMap(([ratio, what]) => (ratio === 0 ? [] : [`${percent(ratio)} % ${what}`]))
  const rate = config.ratePerSecond
  return [
    ...(workload === null ? [] : [workloads[workload].title]),
    `TTL ${ttlMs / 1000} s; ${Number.isInteger(rate) ? count(rate) : number(rate)} requests/s` +
      (trace
        ? ` as recorded, on ${count(posts)} posts: ${[...given, 'the rest read a post'].join(', ')}`
        : `: ${[...given, 'the rest'].join(', ')} ${rest}`),
    ...(crowd
      ? [`for a part of the time ${crowd.rateFactor} times as many, ${percent(crowd.share)} % of them for one post`]
      : []),
    originDelayMs > 0
      ? `each load of posts takes ${originDelayMs} ms on top of its query (joins, remote calls); the report has no added delay`
      : 'loads take as long as their queries: no added delay',
    `each strategy ${durationMs / 1000} s after ${warmupMs / 1000} s of warm-up; ` +
      `${trace ? `${count(trace.operations)} operations` : `seed ${seed}`}` +
      `${baseUrls.length === 1 ? '' : `; ${baseUrls.length} processes`}`,
  ]
}

function mainColumns(first: string, hasHotPost: boolean): Column[] {
  return [
    { head: first, align: 'left' },
    { head: 'guarantee' },
    { head: 'hit %' },
    { group: 'reads, ms', head: 'p50' },
    { group: 'reads, ms', head: 'p99' },
    { group: 'loads', head: '/s' },
    { group: 'lower by', head: 'p50' },
    { group: 'lower by', head: 'loads' },
    { group: 'writes, ms', head: 'p50' },
    { group: 'writes, ms', head: 'p99' },
    { group: 'stale reads', head: 'seen' },
    { group: 'stale reads', head: 'max' },
    ...(hasHotPost ? [{ group: 'hot post', head: 'loads/expiry' }] : []),
  ]
}

function mainRow(
  strategy: StrategyResult,
  floor: StrategyResult | undefined,
  ttlMs: number,
  hasHotPost: boolean,
): string[] {
  const { name, reads, writes, origin, stampede } = strategy
  const { staleReads } = reads
  return [
    name,
    guarantee(strategy, ttlMs),
    percent(reads.hitRatio),
    ...quantiles(reads.latencyMs, ['p50', 'p99']),
    origin === null ? '–' : number(origin.loadsPerSecond),
    ...(strategy === floor
      ? ['', '']
      : [
          factor(floor?.reads.latencyMs.p50, reads.latencyMs.p50),
          factor(floor?.origin?.loadsPerSecond, origin?.loadsPerSecond),
        ]),
    ...(writes.count < MIDDLE ? ['–', '–'] : [number(writes.latencyMs.p50), ...quantiles(writes.latencyMs, ['p99'])]),
    staleReads ? count(staleReads.count) : '–',
    staleReads ? age(staleReads.staleForMs.max ?? 0) : '–',
    ...(hasHotPost ? [stampede?.factor == null ? '–' : stampede.factor.toFixed(2)] : []),
  ]
}

/** A median of fewer is no median. */
const MIDDLE = 5

function guarantee({ strategy: { promise } }: StrategyResult, ttlMs: number): string {
  if (promise === null) return '–'
  if (promise.breaks !== undefined) return 'none'
  if (promise.readAfterWrite) return 'current'
  return isLocal(promise) ? 'current here' : `≤ ${ttlMs / 1000} s old`
}

/** Whether reads are guaranteed to be current in one process alone: on the memory store. */
function isLocal({ readAfterWriteOf, where }: StrategyInfo['promise']): boolean {
  return readAfterWriteOf === 'keys and tags' && where === 'this process'
}

function factor(floor: number | null | undefined, own: number | null | undefined): string {
  return floor && own ? `${number(floor / own)}×` : '–'
}

function age(ms: number): string {
  if (ms === 0) return ''
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`
}

const KINDS = [
  ['byId', 'a post'],
  ['page', 'front page'],
  ['report', 'report'],
  ['list', 'whole list'],
] as const

/** Only kinds that were read. */
function kindsOf({ strategies }: SideBySideResult) {
  return KINDS.filter(([kind]) => strategies.some((strategy) => strategy[kind].count > 0))
}

function kindColumns(result: SideBySideResult): Column[] {
  return [
    { head: 'by kind', align: 'left' },
    ...kindsOf(result).flatMap(([, title]): Column[] => [
      { group: title, head: 'hit %' },
      { group: title, head: 'hit ms' },
      { group: title, head: 'miss ms' },
    ]),
  ]
}

/** Medians of hits and misses; there are few lists and reports, so that their quantiles say little. */
function kindRow(strategy: StrategyResult, result: SideBySideResult): string[] {
  const middle = (figures: ReadFigures, which: 'hitMs' | 'missMs') =>
    figures[which].count < MIDDLE ? '–' : number(figures[which].p50)
  return [
    strategy.name,
    ...kindsOf(result).flatMap(([kind]) => {
      const figures = strategy[kind]
      return [percent(figures.hitRatio), middle(figures, 'hitMs'), middle(figures, 'missMs')]
    }),
  ]
}

function quantiles(distribution: Distribution, which: readonly ('p50' | 'p99')[]): string[] {
  return which.map((name) => (distribution.count < ENOUGH_SAMPLES ? '–' : number(distribution[name])))
}

function notes({ strategies, config, ok }: SideBySideResult): string[] {
  const lines = strategies.flatMap((strategy) => troubles(strategy, config.posts))
  if (strategies.some(({ missing }) => missing.length > 0)) {
    lines.push('Put deleted posts back: npx -y pnpm@12 load-posts --reset')
  }
  if (strategies.every(({ counters }) => counters.agree)) {
    const reads = strategies.reduce((sum, { counters }) => sum + counters.k6.reads, 0)
    const writes = strategies.reduce((sum, { counters }) => sum + counters.k6.writes, 0)
    lines.push(
      'Counters agree: k6 and /api/stats counted the same hits, misses, stale, collapsed, bypassed and writes, to the unit,',
      `in ${count(reads)} reads and ${count(writes)} writes, warm-up included.`,
    )
  }
  if (!ok) lines.push('This run does not count: see above, and the thresholds that k6 names below.')
  return lines
}

function troubles(strategy: StrategyResult, posts: number): string[] {
  const { name, reads, counters, failures, unfinished, dropped, missing } = strategy
  const lines: string[] = []
  if (missing.length > 0) {
    const shown = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`
    lines.push(
      `${name}: of the posts 1 to ${count(posts)}, ${count(missing.length)} had been deleted (${shown}); the next one was read instead`,
    )
  }
  const { bypassed } = reads.outcomes
  if (bypassed > 0 && name !== FLOOR) {
    lines.push(
      `${name}: ${count(bypassed)} of ${count(reads.count)} reads went past the cache (BYPASS), which did not answer; see /readyz and the API's log`,
    )
  }
  if (failures.total > 0) {
    const kinds = Object.entries(failures.byKind).map(([kind, times]) => `${count(times)} × ${kind}`)
    lines.push(
      `${name}: ${count(failures.total)} operations failed (${kinds.join(', ')}); k6 names the first ones above`,
    )
  }
  if (unfinished > 0) lines.push(`${name}: ${count(unfinished)} operations were cut off at the end of the turn`)
  if (dropped > 0) {
    lines.push(
      `${name}: ${count(dropped)} operations were not begun, since all virtual users were waiting: lower RATE, or raise VUS`,
    )
  }
  const { k6, api, agree, notCompared } = counters
  if (notCompared !== null) lines.push(`${name}: counters not compared: ${notCompared}`)
  else if (!agree && api !== null) {
    const differing = (['reads', ...ACCOUNTED] as const).filter((counter) => k6[counter] !== api[counter])
    const pairs = differing.map(
      (counter) => `${counter} ${count(k6[counter])} in k6, ${count(api[counter])} in the API`,
    )
    lines.push(`${name}: counters differ: ${pairs.join('; ')}. Did another client use it during the run?`)
  }
  return lines
}
