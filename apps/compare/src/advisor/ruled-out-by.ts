/** Which requirements a strategy fails, each by a figure: measured, or guaranteed. */
import { staleAfterWriteMs } from 'history'
import type { ComparedStrategy, Comparison } from '../comparison.ts'
import type { MeasureName } from '../measures.ts'
import { promisesKept } from '../report/broken-promises.ts'
import { formatCount } from '../report/format.ts'
import { CEILING } from '../report/standing.ts'
import { figureOf, type Spread } from '../spread.ts'
import type { Requirements } from './requirements.ts'
import { told, toldTime } from './told.ts'

export interface Reason {
  /** In full, with the figure and the requirement. */
  readonly text: string
  /** In a few words that fit one strategy as well as several. */
  readonly short: string
}

/** Empty: it meets all of them. */
export function ruledOutBy(comparison: Comparison, strategy: ComparedStrategy, requirements: Requirements): Reason[] {
  const unusable = whyUnusable(comparison, strategy)
  if (unusable !== undefined) return [unusable]
  const { maxStalenessMs, p99Ms, maxLoadsPerSecond, mayLoseWrites } = requirements
  const figure = (measure: MeasureName) => figureOf(comparison, strategy.name, measure)
  return [
    ...(maxStalenessMs === undefined ? [] : tooStale(comparison, strategy, maxStalenessMs)),
    ...(p99Ms === undefined ? [] : above('readP99Ms', figure('readP99Ms'), p99Ms, `${toldTime(p99Ms)} (--p99)`)),
    ...(maxLoadsPerSecond === undefined
      ? []
      : above('loadsPerSecond', figure('loadsPerSecond'), maxLoadsPerSecond, `${maxLoadsPerSecond}/s (--max-db-load)`)),
    ...(mayLoseWrites ? [] : losesWrites(strategy, figure('lostWrites'))),
  ]
}

/** Not to be recommended, whatever is required. */
export function whyUnusable(comparison: Comparison, { name, promise }: ComparedStrategy): Reason | undefined {
  if (name === CEILING) {
    const text = 'not a strategy but a bound: it never expires an entry and never hears of a write'
    return { text, short: 'an upper bound, not a strategy' }
  }
  const turns = comparison.turns.filter((turn) => turn.strategy === name)
  if (turns.length === 0) return { text: 'it was not measured', short: 'not measured' }
  if (turns.every(({ status }) => status !== 'ok')) {
    const problem = turns.find(({ problems }) => problems.length > 0)?.problems[0] ?? turns[0]!.status
    return { text: `none of its turns counts (0 of ${turns.length}): ${problem}`, short: 'no turn that counts' }
  }
  const kept = promisesKept(comparison).find(({ strategy }) => strategy.name === name)
  const seen = Object.entries(kept?.promised ?? {}).map(([kind, times]) => `${formatCount(times)} × ${kind}`)
  const counted = seen.length === 0 ? 'not seen in these runs' : `seen here: ${seen.join(', ')}`
  if (promise.breaks !== undefined) {
    return { text: `it guarantees nothing: ${promise.breaks} (${counted})`, short: 'known to break the guarantee' }
  }
  return seen.length === 0
    ? undefined
    : { text: `it broke its guarantee (${counted})`, short: 'broke the guarantee here' }
}

function tooStale(comparison: Comparison, { name, promise }: ComparedStrategy, limitMs: number): Reason[] {
  const measured = figureOf(comparison, name, 'staleMaxMs')
  const limit = `${toldTime(limitMs)} (--max-staleness)`
  const guaranteedMs = staleAfterWriteMs(promise, comparison.config.apiProcesses)
  if (guaranteedMs > limitMs) {
    const age = toldTime(guaranteedMs)
    const elsewhere = promise.readAfterWriteOf === 'none' ? '' : ' in other processes than the one that wrote it'
    return [
      {
        text: `it guarantees only that a value is at most ${age} old${elsewhere}, and ${limit} is allowed`,
        short: `up to ${age} old`,
      },
    ]
  }
  if (measured === undefined || measured.max <= limitMs) return []
  const seen = told('staleMaxMs', measured)
  return [{ text: `its stalest read in a run: ${seen}, and ${limit} is allowed`, short: 'read too stale here' }]
}

/** By the median of the runs. What was not measured is not known to stay below. */
function above(
  measure: 'readP99Ms' | 'loadsPerSecond',
  spread: Spread | undefined,
  limit: number,
  limitInWords: string,
): Reason[] {
  const name = measure === 'readP99Ms' ? 'read p99' : 'database load'
  if (spread === undefined) {
    return [{ text: `its ${name} is not known, and ${limitInWords} is allowed`, short: `${name} not known` }]
  }
  if (spread.median <= limit) return []
  const straddles = spread.min <= limit ? '; its runs lie on both sides of that, the median counts' : ''
  return [
    {
      text: `its ${name} is ${told(measure, spread)}, and ${limitInWords} is allowed${straddles}`,
      short: `${name} too high`,
    },
  ]
}

function losesWrites({ promise }: ComparedStrategy, lost: Spread | undefined): Reason[] {
  const short = 'acknowledged writes may be lost'
  if (promise.mayLoseWrites) return [{ text: 'it may lose acknowledged writes (--may-lose-writes no)', short }]
  if (lost === undefined || lost.max === 0) return []
  return [{ text: `it lost ${formatCount(lost.max)} acknowledged writes in one run (--may-lose-writes no)`, short }]
}
