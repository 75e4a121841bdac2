/** Which requirements a strategy fails, each by a figure: measured, or promised. */
import type { ComparedStrategy, Comparison } from '../comparison.ts'
import type { MeasureName } from '../measures.ts'
import { promisesKept } from '../report/broken-promises.ts'
import { formatCount } from '../report/format.ts'
import { CEILING } from '../report/standing.ts'
import { figureOf, type Spread } from '../spread.ts'
import { isPeer } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { told, toldTime } from './told.ts'

/** Empty: it meets all of them. */
export function ruledOutBy(comparison: Comparison, strategy: ComparedStrategy, requirements: Requirements): string[] {
  const unusable = whyUnusable(comparison, strategy)
  if (unusable !== undefined) return [unusable]
  const { maxStalenessMs, p99Ms, maxLoadsPerSecond, mayLoseWrites } = requirements
  const figure = (measure: MeasureName) => figureOf(comparison, strategy.name, measure)
  return [
    ...(maxStalenessMs === undefined ? [] : tooStale(strategy, figure('staleMaxMs'), maxStalenessMs)),
    ...(p99Ms === undefined ? [] : above('readP99Ms', figure('readP99Ms'), p99Ms, `${toldTime(p99Ms)} (--p99)`)),
    ...(maxLoadsPerSecond === undefined
      ? []
      : above('loadsPerSecond', figure('loadsPerSecond'), maxLoadsPerSecond, `${maxLoadsPerSecond}/s (--max-db-load)`)),
    ...(mayLoseWrites ? [] : losesWrites(strategy, figure('lostWrites'))),
  ]
}

/** Whatever is required, nobody should take it. */
function whyUnusable(comparison: Comparison, { name, promise }: ComparedStrategy): string | undefined {
  if (name === CEILING) return 'not a strategy but a bound: it never expires and never hears of a write'
  const turns = comparison.turns.filter((turn) => turn.strategy === name)
  if (turns.length === 0) return 'it was not measured'
  if (turns.every(({ status }) => status !== 'ok')) {
    const problem = turns.find(({ problems }) => problems.length > 0)?.problems[0] ?? turns[0]!.status
    return `none of its turns counts (0 of ${turns.length}): ${problem}`
  }
  const kept = promisesKept(comparison).find(({ strategy }) => strategy.name === name)
  const seen = Object.entries(kept?.promised ?? {}).map(([kind, times]) => `${formatCount(times)} × ${kind}`)
  const counted = seen.length === 0 ? 'not seen in these runs' : `seen here: ${seen.join(', ')}`
  // A library that loses races may still do where old values are allowed: its bound is then its TTL.
  if (promise.breaks !== undefined) return isPeer(name) ? undefined : `it ${breaksIn(promise.breaks)} (${counted})`
  return seen.length === 0 ? undefined : `it broke its promise (${counted})`
}

function breaksIn(breaks: string): string {
  return `does not keep its promise, by its own account: ${breaks}`
}

function tooStale({ promise, store }: ComparedStrategy, measured: Spread | undefined, limitMs: number): string[] {
  const limit = `${toldTime(limitMs)} (--max-staleness)`
  const current = store === 'none' || (promise.readAfterWrite && promise.breaks === undefined)
  if (!current && promise.staleForAtMostMs > limitMs) {
    const why = promise.breaks === undefined ? 'by its promise a value' : `it ${breaksIn(promise.breaks)}. A value`
    return [
      `${why} may be stale for ${toldTime(promise.staleForAtMostMs)}, its TTL, and ${limit} is allowed` +
        (limitMs > 0 && promise.breaks === undefined ? '; compare again with a TTL no longer than that' : ''),
    ]
  }
  if (measured === undefined || measured.max <= limitMs) return []
  return [`its stalest read in a run: ${told('staleMaxMs', measured)}, and ${limit} is allowed`]
}

/** By the median of the runs. What was not measured is not known to stay below. */
function above(
  measure: 'readP99Ms' | 'loadsPerSecond',
  spread: Spread | undefined,
  limit: number,
  limitInWords: string,
): string[] {
  const name = measure === 'readP99Ms' ? 'read p99' : 'database load'
  if (spread === undefined) return [`its ${name} is not known, and ${limitInWords} is allowed`]
  if (spread.median <= limit) return []
  const straddles = spread.min <= limit ? '; its runs lie on both sides of that, the median counts' : ''
  return [`its ${name} is ${told(measure, spread)}, and ${limitInWords} is allowed${straddles}`]
}

function losesWrites({ promise }: ComparedStrategy, lost: Spread | undefined): string[] {
  if (promise.mayLoseWrites) return ['by its promise it may lose acknowledged writes (--may-lose-writes no)']
  if (lost === undefined || lost.max === 0) return []
  return [`it lost ${formatCount(lost.max)} acknowledged writes in one run (--may-lose-writes no)`]
}
