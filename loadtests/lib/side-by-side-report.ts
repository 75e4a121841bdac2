import { CEILING } from '../../packages/strategies/src/strategy-names.ts'
import { workloads } from '../../packages/workload/src/index.ts'
import type { StrategyInfo } from './api.ts'
import type { ReadFigures } from './figures.ts'
import { RECONCILED } from './outcomes.ts'
import type { SideBySideResult } from './side-by-side-result.ts'
import type { Distribution } from './summary.ts'
import { type Column, count, number, percent, table, wrapped } from './table.ts'
import { FLOOR } from './thresholds.ts'

type StrategyResult = SideBySideResult['strategies'][number]

/** With fewer samples, a quantile is mostly chance. */
const ENOUGH_SAMPLES = 100

const WIDTH = 120

/** The output of `handleSummary`, 120 columns wide. */
export function sideBySideReport(result: SideBySideResult): string {
  const { strategies, config } = result
  const floor = strategies.find(({ name }) => name === FLOOR)
  const naive = strategies.filter(isNaive)
  const ceiling = strategies.filter(isCeiling)
  const contestants = strategies.filter((strategy) => !isNaive(strategy) && !isCeiling(strategy))
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
    ...(ceiling.length > 0 ? [...main('ceiling, no strategy', ceiling), ''] : []),
    ...table(
      kindColumns(result),
      strategies.map((strategy) => kindRow(strategy, result)),
    ),
    '',
    'hit %: (HIT + STALE) / all reads of the load. waits/s: reads that waited for a load (MISS, COLLAPSED, BYPASS).',
    "ms: p50 and p99 of all reads, from a request's due time. loads: including background refreshes.",
    `lower by: p50 and loads compared with ${FLOOR}. stale reads: an acknowledged write had replaced the value before the`,
    `read arrived; max: how long before. Guarantee: the maximum age of a value.${hasHotPost ? ' hot post: loads per expiry of its entry.' : ''}`,
    '–: too few samples (100 for all reads and for p99, 5 for other medians), or unknown.',
    ...(strategies.some(({ strategy: { promise } }) => promise !== null && isLocal(promise))
      ? ['Current here: within each API process only, since entries are kept in its memory.']
      : []),
    ...(naive.length > 0
      ? [
          'Without the guard a strategy guarantees nothing, despite these figures: docs/races.md has the races it loses.',
        ]
      : []),
    ...(ceiling.length > 0
      ? [`${CEILING}: warm memory that never expires and ignores writes: the speed limit of a cache.`]
      : []),
    '',
    ...notes(result).flatMap((line) => wrapped(line, WIDTH)),
    '',
  ].join('\n')
}

function isNaive({ name, strategy }: StrategyResult): boolean {
  return strategy.promise?.breaks !== undefined && name !== CEILING
}

function isCeiling({ name }: StrategyResult): boolean {
  return name === CEILING
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
    [config.insertRatio, 'add a post'],
    [config.rmwRatio, 'read and edit a post'],
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
      ? [`for part of the time ${crowd.rateFactor} times the rate, ${percent(crowd.share)} % of it for one post`]
      : []),
    originDelayMs > 0
      ? `each load of posts has an added delay of ${originDelayMs} ms (joins, remote calls); the report has none`
      : 'loads have no added delay',
    `each strategy is measured for ${durationMs / 1000} s after ${warmupMs / 1000} s of warm-up; ` +
      `${trace ? `${count(trace.operations)} operations` : `seed ${seed}`}` +
      `${baseUrls.length === 1 ? '' : `; ${baseUrls.length} processes`}`,
  ]
}

function mainColumns(first: string, hasHotPost: boolean): Column[] {
  return [
    { head: first, align: 'left' },
    { head: 'guarantee' },
    { head: 'hit %' },
    { head: 'waits/s' },
    { group: 'reads, ms', head: 'p50' },
    { group: 'reads, ms', head: 'p99' },
    { group: 'loads', head: '/s' },
    { group: 'lower by', head: 'p50' },
    { group: 'lower by', head: 'loads' },
    { group: 'writes, ms', head: 'p50' },
    { group: 'writes, ms', head: 'p99' },
    { group: 'stale reads', head: 'seen' },
    { group: 'stale reads', head: 'max' },
    ...(hasHotPost ? [{ group: 'hot post', head: 'loads' }] : []),
  ]
}

function mainRow(
  strategy: StrategyResult,
  floor: StrategyResult | undefined,
  ttlMs: number,
  hasHotPost: boolean,
): string[] {
  const { name, reads, writes, origin, stampede } = strategy
  // The ceiling ignores writes by design, so its stale reads mean nothing.
  const staleReads = isCeiling(strategy) ? null : reads.staleReads
  return [
    name,
    guarantee(strategy, ttlMs),
    percent(reads.hitRatio),
    number(reads.waitingPerSecond),
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

/** Minimum number of samples for a median. */
const MIDDLE = 5

function guarantee({ name, strategy: { promise } }: StrategyResult, ttlMs: number): string {
  if (promise === null || name === CEILING) return '–'
  if (promise.breaks !== undefined) return 'none'
  if (promise.readAfterWrite) return 'current'
  return isLocal(promise) ? 'current here' : `≤ ${ttlMs / 1000} s old`
}

/** Whether reads are guaranteed current only within one process: with the memory store. */
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

/** The kinds with reads. */
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

/** Medians of hits and misses: lists and reports are too few for other quantiles. */
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
    lines.push('Restore deleted posts: npx -y pnpm@12 load-posts --reset')
  }
  if (strategies.every(({ counters }) => counters.agree)) {
    const reads = strategies.reduce((sum, { counters }) => sum + counters.k6.reads, 0)
    const writes = strategies.reduce((sum, { counters }) => sum + counters.k6.writes, 0)
    lines.push(
      'Counters agree: k6 and /api/stats counted exactly the same hits, misses, stale, collapsed, bypassed and writes,',
      `in ${count(reads)} reads and ${count(writes)} writes, including the warm-up.`,
    )
  }
  if (!ok) lines.push('This run is not valid: see above, and the failed thresholds that k6 lists below.')
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
      `${name}: ${count(bypassed)} of ${count(reads.count)} reads bypassed the cache (BYPASS), which did not answer; see /readyz and the API's log`,
    )
  }
  if (failures.total > 0) {
    const kinds = Object.entries(failures.byKind).map(([kind, times]) => `${count(times)} × ${kind}`)
    lines.push(
      `${name}: ${count(failures.total)} operations failed (${kinds.join(', ')}); k6 lists the first ones above`,
    )
  }
  if (unfinished > 0) lines.push(`${name}: ${count(unfinished)} operations were cut off at the end of the turn`)
  if (dropped > 0) {
    lines.push(
      `${name}: ${count(dropped)} operations were not started, since all virtual users were busy: lower RATE, or raise VUS`,
    )
  }
  const { k6, api, agree, notCompared } = counters
  if (notCompared !== null) lines.push(`${name}: counters not compared: ${notCompared}`)
  else if (!agree && api !== null) {
    const differing = (['reads', ...RECONCILED] as const).filter((counter) => k6[counter] !== api[counter])
    const pairs = differing.map(
      (counter) => `${counter} ${count(k6[counter])} in k6, ${count(api[counter])} in the API`,
    )
    lines.push(`${name}: counters differ: ${pairs.join('; ')}. Did another client use the API during the run?`)
  }
  return lines
}
