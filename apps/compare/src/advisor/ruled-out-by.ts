/** The requirements that a strategy fails, each with its measured or guaranteed figure. */
import { staleAfterWriteMs } from 'history/guarantees'
import { CEILING } from 'strategies/names'
import type { ComparedStrategy, Comparison } from '../comparison.ts'
import type { MeasureName } from '../measures.ts'
import { checkGuarantees } from '../report/check-guarantees.ts'
import { formatCount } from '../report/format.ts'
import { figureOf, type Spread } from '../spread.ts'
import { formatMeasured, formatTime } from './format.ts'
import type { Requirements } from './requirements.ts'

export interface Reason {
  /** The figure and the requirement, as a clause that follows "name: ". */
  readonly text: string
  /** A few words that fit one strategy or several. */
  readonly short: string
}

/** Empty if it meets all of them. */
export function ruledOutBy(comparison: Comparison, strategy: ComparedStrategy, requirements: Requirements): Reason[] {
  const unusable = whyUnusable(comparison, strategy)
  if (unusable !== undefined) return [unusable]
  const { maxStalenessMs, maxAgeMs, p99Ms, maxWaitingPerSecond, maxLoadsPerSecond, mayLoseWrites } = requirements
  const figure = (measure: MeasureName) => figureOf(comparison, strategy.name, measure)
  return [
    ...(maxStalenessMs === undefined ? [] : tooStale(comparison, strategy, maxStalenessMs)),
    ...(maxAgeMs === undefined ? [] : tooOld(strategy, maxAgeMs)),
    ...(p99Ms === undefined ? [] : above('readP99Ms', figure('readP99Ms'), p99Ms, `${formatTime(p99Ms)} (--p99)`)),
    ...(maxWaitingPerSecond === undefined
      ? []
      : above(
          'waitingPerSecond',
          figure('waitingPerSecond'),
          maxWaitingPerSecond,
          `${maxWaitingPerSecond}/s (--max-waiting)`,
        )),
    ...(maxLoadsPerSecond === undefined
      ? []
      : above('loadsPerSecond', figure('loadsPerSecond'), maxLoadsPerSecond, `${maxLoadsPerSecond}/s (--max-db-load)`)),
    ...(mayLoseWrites ? [] : losesWrites(strategy, figure('lostWrites'))),
  ]
}

/** Why a strategy is never recommended, whatever the requirements. */
export function whyUnusable(comparison: Comparison, { name, promise }: ComparedStrategy): Reason | undefined {
  if (name === CEILING) {
    const text = 'an upper bound, not a strategy: its entries never expire and it sees no writes'
    return { text, short: 'an upper bound, not a strategy' }
  }
  const turns = comparison.turns.filter((turn) => turn.strategy === name)
  if (turns.length === 0) return { text: 'it was not measured', short: 'not measured' }
  if (turns.every(({ status }) => status !== 'ok')) {
    const problem = turns.find(({ problems }) => problems.length > 0)?.problems[0] ?? turns[0]!.status
    return { text: `none of its ${turns.length} turns counts: ${problem}`, short: 'no turn that counts' }
  }
  const kept = checkGuarantees(comparison).find(({ strategy }) => strategy.name === name)
  const seen = Object.entries(kept?.forbidden ?? {}).map(([kind, times]) => `${formatCount(times)} × ${kind}`)
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
  const limit = `${formatTime(limitMs)} (--max-staleness)`
  const guaranteedMs = staleAfterWriteMs(promise, comparison.config.apiProcesses)
  if (guaranteedMs > limitMs) {
    const age = formatTime(guaranteedMs)
    const elsewhere = promise.readAfterWriteOf === 'none' ? '' : 'in processes other than the writer, '
    return [
      {
        text: `${elsewhere}it allows values up to ${age} old, above the limit of ${limit}`,
        short: `up to ${age} old`,
      },
    ]
  }
  if (measured === undefined || measured.max <= limitMs) return []
  const seen = formatMeasured('staleMaxMs', measured)
  return [
    { text: `its stalest read in a run was ${seen} old, above the limit of ${limit}`, short: 'read too stale here' },
  ]
}

/** After an out-of-band change. */
function tooOld({ promise }: ComparedStrategy, limitMs: number): Reason[] {
  if (promise.staleForAtMostMs <= limitMs) return []
  const age = formatTime(promise.staleForAtMostMs)
  const limit = `${formatTime(limitMs)} (--max-age)`
  return [
    {
      text: `an out-of-band change may stay hidden for ${age}, above the limit of ${limit}`,
      short: `up to ${age} old after an out-of-band change`,
    },
  ]
}

const LIMITED = { readP99Ms: 'read p99', waitingPerSecond: 'number of waiting reads', loadsPerSecond: 'database load' }

/** By the median of the runs. A figure that was not measured fails the limit. */
function above(
  measure: keyof typeof LIMITED,
  spread: Spread | undefined,
  limit: number,
  limitInWords: string,
): Reason[] {
  const name = LIMITED[measure]
  if (spread === undefined) {
    return [{ text: `its ${name} is not known, and the limit is ${limitInWords}`, short: `${name} not known` }]
  }
  if (spread.median <= limit) return []
  const straddles = spread.min <= limit ? '; some of its runs are below the limit, but the median decides' : ''
  return [
    {
      text: `its ${name} is ${formatMeasured(measure, spread)}, above the limit of ${limitInWords}${straddles}`,
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
