import { workloads } from '../../packages/workload/src/index.ts'
import type { ReadFigures, StrategyFigures } from './figures.ts'
import { ACCOUNTED } from './outcomes.ts'
import type { SideBySideResult } from './side-by-side-result.ts'
import type { Distribution } from './summary.ts'
import { type Column, count, number, percent, table } from './table.ts'

/** Below this many samples a quantile says more about luck than about the strategy. */
const ENOUGH_SAMPLES = 100

/** What `handleSummary` prints, 120 columns wide. */
export function sideBySideReport(result: SideBySideResult): string {
  return [
    '',
    ...loadLines(result),
    '',
    ...table(READ_COLUMNS, result.strategies.map(readRow)),
    '',
    ...table(LIST_COLUMNS, result.strategies.map(listRow)),
    '',
    ...pageTable(result),
    'hits: answered from the cache (HIT, STALE); misses: waited for the database (MISS, COLLAPSED, BYPASS); loads of all.',
    `stale: an acknowledged write had replaced the value before the read came; ms: how long before. –: under ${ENOUGH_SAMPLES} samples.`,
    'ms: from the moment a request was due. hot post: loads each time the entry of the most popular post had ended.',
    '',
    ...notes(result),
    '',
  ].join('\n')
}

function loadLines({ config }: SideBySideResult): string[] {
  const { workload, zipf, posts, ttlMs, originDelayMs, durationMs, warmupMs, seed, trace, crowd, baseUrls } = config
  const popularity = trace
    ? `as recorded, of ${count(posts)} posts`
    : `Zipf ${zipf} over ${config.popularity === 'latest' ? 'the latest ' : ''}${count(posts)} posts`
  const shares = [
    [config.writeRatio, 'writes'],
    [config.listRatio, 'whole lists'],
    [config.pageRatio, 'pages'],
    [config.insertRatio, 'inserts'],
    [config.rmwRatio, 'reads and writes'],
  ] as const
  const some = shares.flatMap(([ratio, what]) => (ratio === 0 ? [] : [`${percent(ratio)} % ${what}`]))
  const rate = config.ratePerSecond
  return [
    ...(workload === null ? [] : [workloads[workload].title]),
    `${Number.isInteger(rate) ? count(rate) : number(rate)} op/s: ${[...some, 'rest reads by id'].join(', ')}`,
    ...(crowd
      ? [`for a part of the time ${crowd.rateFactor} times as many, ${percent(crowd.share)} % of them for one post`]
      : []),
    `${popularity}; TTL ${ttlMs} ms${originDelayMs ? `, loads ${originDelayMs} ms dearer` : ''}`,
    `each strategy ${durationMs / 1000} s after ${warmupMs / 1000} s of warm-up; ` +
      `${trace ? `${count(trace.operations)} operations` : `seed ${seed}`}` +
      `${baseUrls.length === 1 ? '' : `; ${baseUrls.length} processes`}`,
  ]
}

const READ_COLUMNS: Column[] = [
  { head: 'reads by id', align: 'left' },
  { head: 'reads' },
  { head: 'hit %' },
  { group: 'hits, ms', head: 'p50' },
  { group: 'hits, ms', head: 'p95' },
  { group: 'hits, ms', head: 'p99' },
  { group: 'misses, ms', head: 'p50' },
  { group: 'misses, ms', head: 'p95' },
  { group: 'misses, ms', head: 'p99' },
  { group: 'loads', head: '/read' },
  { group: 'stale reads', head: 'count' },
  { group: 'stale reads', head: '%' },
  { group: 'stale, ms', head: 'p95' },
  { group: 'stale, ms', head: 'max' },
  { head: 'errors' },
  { head: 'drops' },
]

function readRow({ name, byId, origin, failures, unfinished, dropped }: StrategyFigures): string[] {
  const { staleReads } = byId
  return [
    name,
    count(byId.count),
    percent(byId.hitRatio),
    ...quantiles(byId.hitMs),
    ...quantiles(byId.missMs),
    origin?.loadsPerRead == null ? '–' : origin.loadsPerRead.toFixed(3),
    staleReads ? count(staleReads.count) : '–',
    percent(staleReads?.share ?? null),
    staleReads && staleReads.count >= ENOUGH_SAMPLES ? number(staleReads.staleForMs.p95) : '–',
    number(staleReads?.staleForMs.max ?? null),
    count(failures.total + unfinished),
    count(dropped),
  ]
}

const LIST_COLUMNS: Column[] = [
  { head: 'whole list, writes', align: 'left' },
  { head: 'lists' },
  { head: 'hit %' },
  { group: 'hits, ms', head: 'median' },
  { group: 'hits, ms', head: 'max' },
  { group: 'misses, ms', head: 'median' },
  { group: 'misses, ms', head: 'max' },
  { group: 'stale', head: 'lists' },
  { head: 'writes' },
  { group: 'writes, ms', head: 'p50' },
  { group: 'writes, ms', head: 'p95' },
  { group: 'writes, ms', head: 'p99' },
  { group: 'hot post', head: 'loads' },
]

function listRow({ name, list, writes, stampede }: StrategyFigures): string[] {
  return [
    name,
    count(list.count),
    percent(list.hitRatio),
    ...middleAndMax(list, 'hitMs'),
    ...middleAndMax(list, 'missMs'),
    list.staleReads ? count(list.staleReads.count) : '–',
    count(writes.count),
    ...quantiles(writes.latencyMs),
    stampede?.factor == null ? '–' : stampede.factor.toFixed(2),
  ]
}

const PAGE_COLUMNS: Column[] = [
  { head: 'first page', align: 'left' },
  { head: 'pages' },
  { head: 'hit %' },
  { group: 'hits, ms', head: 'p50' },
  { group: 'hits, ms', head: 'p95' },
  { group: 'hits, ms', head: 'p99' },
  { group: 'misses, ms', head: 'p50' },
  { group: 'misses, ms', head: 'p95' },
  { group: 'misses, ms', head: 'p99' },
  { group: 'stale', head: 'pages' },
]

/** Only where pages were read. */
function pageTable({ strategies }: SideBySideResult): string[] {
  if (strategies.every(({ page }) => page.count === 0)) return []
  const rows = strategies.map(({ name, page }) => [
    name,
    count(page.count),
    percent(page.hitRatio),
    ...quantiles(page.hitMs),
    ...quantiles(page.missMs),
    page.staleReads ? count(page.staleReads.count) : '–',
  ])
  return [...table(PAGE_COLUMNS, rows), '']
}

function quantiles({ count, p50, p95, p99 }: Distribution): string[] {
  return count < ENOUGH_SAMPLES ? ['–', '–', '–'] : [number(p50), number(p95), number(p99)]
}

/** Lists are few, since each is 3.6 MB: their median and maximum stand beside their number, and no quantiles. */
function middleAndMax(list: ReadFigures, which: 'hitMs' | 'missMs'): string[] {
  return [number(list[which].p50), number(list[which].max)]
}

function notes({ strategies, ok }: SideBySideResult): string[] {
  const lines = strategies.flatMap(troubles)
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

function troubles({ name, counters, failures, unfinished, dropped }: StrategyFigures): string[] {
  const lines: string[] = []
  if (failures.total > 0) {
    const kinds = Object.entries(failures.byKind).map(([kind, times]) => `${count(times)} × ${kind}`)
    lines.push(`${name}: ${count(failures.total)} operations failed (${kinds.join(', ')})`)
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
    lines.push(`${name}: counters differ: ${pairs.join('; ')}. Did somebody else use it during the run?`)
  }
  return lines
}
