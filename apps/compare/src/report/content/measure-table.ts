import type { ComparedStrategy, Comparison } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { figureOf, RUNS_TO_CLAIM, type Spread } from '../../spread.ts'
import { checkGuarantees } from '../check-guarantees.ts'
import { formatSpread } from '../format.ts'
import { countedRunsIn, ranksIn } from '../ranks.ts'
import type { Cell, Table } from './content.ts'

/** Column heads for measures whose title is too long or lacks the unit. */
const HEADS: Partial<Record<MeasureName, string>> = {
  freshRatio: 'fresh',
  servedStaleRatio: 'past its TTL',
  collapsedRatio: 'collapsed',
  waitingPerSecond: 'reads/s that waited',
  loadsPerSecond: 'loads/s',
  staleReadRatio: 'stale reads seen',
  staleMaxMs: 'max staleness seen, ms',
  consistentAfter10Ms: 'seen by all after 10 ms',
  consistentAfter100Ms: 'seen by all after 100 ms',
  consistentAfter1S: 'seen by all after 1 s',
  redisBytesPerRequest: 'Redis bytes per request',
  bytesPerEntry: 'memory per entry, bytes',
}

/** Said of a figure that is not known in enough runs to be ranked. */
export const TOO_FEW = 'known in … runs'

/** A row for each of `strategies`, and a column for each measure. */
export function measureTable(
  comparison: Comparison,
  caption: string,
  columns: readonly MeasureName[],
  strategies: readonly ComparedStrategy[] = comparison.strategies,
): Table {
  const ranks = new Map(columns.map((measure) => [measure, ranksIn(comparison, measure)]))
  const broken = brokenIn(comparison)
  const countedRuns = new Map(countedRunsIn(comparison).map(({ name, runs }) => [name, runs]))
  /** Without it, a missing sign would read as worse. The legend names strategies that have too few runs for any figure. */
  const tooFewValues = (name: string, measure: MeasureName, spread: Spread | undefined): string[] => {
    const runs = countedRuns.get(name) ?? 0
    if (measures[measure].better === undefined || runs < RUNS_TO_CLAIM) return []
    return spread && spread.values.length < RUNS_TO_CLAIM
      ? [TOO_FEW.replace('…', `${spread.values.length} of ${runs}`)]
      : []
  }
  return {
    caption,
    of: 'figures',
    head: ['strategy', ...columns.map(headOf)],
    rows: strategies.map(({ name }) => [
      { text: name },
      ...columns.map((measure): Cell => {
        const spread = figureOf(comparison, name, measure)
        const { median, range } = formatSpread(measure, spread)
        const mark = broken(name, measure) ? 'alarm' : ranks.get(measure)?.get(name)
        const details = [...(range ? [range] : []), ...tooFewValues(name, measure, spread)]
        return {
          text: median,
          ...(details.length > 0 && { detail: details.join(', ') }),
          ...(mark && { mark }),
          ...(spread && { value: spread.median }),
        }
      }),
    ]),
  }
}

/** Whether a measure shows a broken guarantee, unless the strategy declares that it breaks it. */
function brokenIn(comparison: Comparison): (strategy: string, measure: MeasureName) => boolean {
  const broken = new Map(
    checkGuarantees(comparison).flatMap(({ strategy, verdict, forbidden }) =>
      verdict === 'broken' ? [[strategy.name, Object.keys(forbidden)] as const] : [],
    ),
  )
  const shownBy: Partial<Record<MeasureName, readonly string[]>> = {
    staleReadRatio: ['read-after-write'],
    staleMaxMs: ['read-after-write', 'time-bound'],
    readYourWritesViolations: ['read-after-write'],
    monotonicReadViolations: ['monotonic-reads'],
    lostWrites: ['lost-write', 'lost-update'],
  }
  return (strategy, measure) =>
    broken.get(strategy)?.some((kind) => shownBy[measure]?.includes(kind)) === true &&
    (figureOf(comparison, strategy, measure)?.max ?? 0) > 0
}

export function headOf(measure: MeasureName): string {
  const { title, unit } = measures[measure]
  return HEADS[measure] ?? (unit === 'ms' || unit === 'ms/request' ? `${title}, ms` : title)
}
