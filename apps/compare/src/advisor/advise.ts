/**
 * The advisor: picks a strategy and its tuning from a comparison and requirements, and says why not the others.
 * The decision is in decide.ts, and in words in docs/choosing.md.
 */
import { isDeepStrictEqual } from 'node:util'
import { type ComparedStrategy, type Comparison, writesIn } from '../comparison.ts'
import { compareCommand } from '../report/content/setting.ts'
import { formatWholeShare } from '../report/format.ts'
import { type Difference, differenceOf, RUNS_TO_CLAIM } from '../spread.ts'
import type { Advice, Alternative, Recommendation } from './advice.ts'
import { type BestTtl, bestTtl } from './best-ttl.ts'
import { changesLittle, type Decision, decide, FLOOR, figuresOf, WORTH_SAVING, WORTH_SPEED } from './decide.ts'
import { formatMeasured, formatTime } from './format.ts'
import { type Guarantee, guaranteeAt, guaranteeOf } from './guarantee.ts'
import { isCurrent } from './is-current.ts'
import { bestForecast, type Forecast, forecastsOf, meets, type TtlSweep, whatCannotBeMet } from './other-ttls.ts'
import { bySimplicity, type FigureOf, type Outranked, steps } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { ruledOutBy, whyUnusable } from './ruled-out-by.ts'
import { snippet } from './snippet.ts'

export interface AdviseOptions {
  readonly ttlSweep?: TtlSweep
}

export async function advise(
  comparison: Comparison,
  requirements: Requirements,
  { ttlSweep }: AdviseOptions = {},
): Promise<Advice> {
  const decision = decide(comparison, requirements)
  const { winner } = decision
  const second = winner === undefined ? undefined : decide(without(comparison, winner), requirements).winner
  const figures = figuresOf(comparison)
  const alternatives = alternativesOf(decision, figures)
  const picked = comparison.strategies.find(({ name }) => name === winner)
  // Other TTLs are tried for the winner. Without a winner, or if `no-cache` wins, for all usable strategies.
  const candidates =
    picked && winner !== FLOOR ? [picked] : comparison.strategies.filter(isUsableIn(comparison, requirements))
  const forecasts = ttlSweep ? await Promise.all(candidates.map((one) => forecastsOf(comparison, one, ttlSweep))) : []
  const predicted = bestForecast(forecasts, requirements)
  const pick = picked
    ? measured(picked, comparison, requirements, forecasts.flat())
    : predicted && atTtl(predicted, comparison)
  return {
    requirements,
    pick,
    cannotBeMet: pick ? [] : whatCannotBeMet(comparison, forecasts.flat(), requirements),
    dontCache: winner === FLOOR ? whyNoCache(comparison, decision, second, figures) : undefined,
    runnerUp: alternatives.find(({ strategy }) => strategy === second),
    others: alternatives.filter(({ strategy }) => strategy !== second),
    ruledOut: decision.ruledOut,
    notes: [
      ...notesOn(comparison, decision, requirements, figures),
      ...(winner === FLOOR && predicted ? noteOnTtl(predicted, comparison, figures) : []),
    ],
  }
}

function without(comparison: Comparison, strategy: string): Comparison {
  return {
    ...comparison,
    strategies: comparison.strategies.filter(({ name }) => name !== strategy),
    turns: comparison.turns.filter((turn) => turn.strategy !== strategy),
  }
}

/** Whether a strategy is ruled out only by figures that another TTL may change. */
function isUsableIn(comparison: Comparison, { mayLoseWrites, maxStalenessMs }: Requirements) {
  return (strategy: ComparedStrategy): boolean => {
    if (whyUnusable(comparison, strategy) !== undefined) return false
    // Stale reads despite a read-after-write guarantee are not bounded by the TTL.
    const isBound = isCurrent(strategy.promise, comparison.config.apiProcesses) && maxStalenessMs !== undefined
    const bound = isBound ? { maxStalenessMs } : {}
    return ruledOutBy(comparison, strategy, { mayLoseWrites, ...bound }).length === 0
  }
}

function measured(
  strategy: ComparedStrategy,
  comparison: Comparison,
  requirements: Requirements,
  forecasts: readonly Forecast[],
): Recommendation {
  const { name, title, store } = strategy
  const figures = figuresOf(comparison)
  const guarantee = guaranteeOf(strategy)
  const { ttlMs } = comparison.config.workload
  const recommendation = {
    strategy: name,
    title,
    basis: 'measured' as const,
    guarantee,
    figures: [
      `${formatMeasured('loadsPerRead', figures(name, 'loadsPerRead'))} loads per read, ${formatMeasured('loadsPerSecond', figures(name, 'loadsPerSecond'))}`,
      ...(figures(name, 'waitingPerSecond') === undefined
        ? []
        : [`reads that waited for a load: ${formatMeasured('waitingPerSecond', figures(name, 'waitingPerSecond'))}`]),
      `read p50 ${formatMeasured('readP50Ms', figures(name, 'readP50Ms'))}, p99 ${formatMeasured('readP99Ms', figures(name, 'readP99Ms'))}`,
      `hit ratio ${formatMeasured('hitRatio', figures(name, 'hitRatio'))}`,
      `stale reads seen: ${formatMeasured('staleReadRatio', figures(name, 'staleReadRatio'))} of the probe reads`,
    ],
  }
  if (store === 'none') return recommendation
  const best = bestTtl(forecasts, (forecast) => forecast.strategy === strategy && meets(forecast, requirements))
  return {
    ...recommendation,
    ttlMs,
    ...(best &&
      best.outlook.ttlMs !== ttlMs && { otherTtl: otherTtl(best), confirmBy: confirming(best.outlook, comparison) }),
    ...codeFor(strategy, ttlMs, guarantee),
  }
}

const WHY: Record<BestTtl<Forecast>['why'], string> = {
  'as good': 'the shortest within a point of the best hit ratio and of the fewest loads per read',
  'best allowed': 'the shortest within a point of the best that the requirements allow',
  'longest tried': 'the longest that was tried',
}

function otherTtl({ outlook, why }: BestTtl<Forecast>): string {
  return `${formatTime(outlook.ttlMs)}, ${WHY[why]}: ${predictedOf(outlook)}; ${meaningOf(outlook)}`
}

function predictedOf({ hitRatio, loadsPerSecond }: Forecast): string {
  return `${(100 * hitRatio).toFixed(1)} % hits and ${loadsPerSecond.toFixed(1)} loads per second`
}

function meaningOf({ staleForMs, guarantee: { where, staleForAtMostMs } }: Forecast): string {
  const age = formatTime(staleForAtMostMs)
  const change =
    where === 'every process' ? 'an out-of-band change' : "another process's write or an out-of-band change"
  return staleForMs === 0 ? `${change} may then stay hidden for ${age}` : `a value may then be ${age} old`
}

const P99_OF: Record<Forecast['p99Of'], string> = { hit: 'a hit', miss: 'a miss', read: 'all reads' }

function atTtl(forecast: Forecast, comparison: Comparison): Recommendation {
  const { strategy, ttlMs, guarantee, readP99Ms, p99Of } = forecast
  const figures = figuresOf(comparison)
  const measuredAt = `at TTL ${formatTime(comparison.config.workload.ttlMs)}`
  return {
    strategy: strategy.name,
    title: strategy.title,
    basis: 'predicted',
    guarantee,
    figures: [
      `predicted: ${predictedOf(forecast)}`,
      `measured ${measuredAt}: hit ratio ${formatMeasured('hitRatio', figures(strategy.name, 'hitRatio'))}, ` +
        `${formatMeasured('loadsPerSecond', figures(strategy.name, 'loadsPerSecond'))} loads`,
      ...(readP99Ms === undefined
        ? []
        : [`read p99 ${readP99Ms.toPrecision(3)} ms, that of ${P99_OF[p99Of]} in the measurement ${measuredAt}`]),
    ],
    ttlMs,
    confirmBy: confirming(forecast, comparison),
    ...codeFor(strategy, ttlMs, guarantee),
  }
}

/** The code, unless its guarantee would differ from the one that the decision used. */
function codeFor(strategy: ComparedStrategy, ttlMs: number, expected: Guarantee): { snippet?: string } {
  const code = guaranteeAt(strategy, ttlMs)
  if (!isDeepStrictEqual(code, expected)) return {}
  const written = snippet(strategy, ttlMs)
  return written === undefined ? {} : { snippet: written }
}

function confirming({ strategy, ttlMs }: Forecast, { config: { workload } }: Comparison): string {
  return compareCommand(workload, [
    `--ttl ${formatTime(ttlMs).replace(' ', '')}`,
    `--strategies ${FLOOR},${strategy.name}`,
  ])
}

function noteOnTtl(forecast: Forecast, comparison: Comparison, figures: FigureOf): string[] {
  const floor = figures(FLOOR, 'loadsPerSecond')
  if (floor === undefined || forecast.loadsPerSecond > (1 - WORTH_SAVING) * floor.median) return []
  // Another TTL makes no load more expensive.
  if (changesLittle(forecast.strategy.name, figures)) return []
  return [
    `with TTL ${formatTime(forecast.ttlMs)}, ${forecast.strategy.name} is predicted to be worth it: ${predictedOf(forecast)} against ` +
      `${formatMeasured('loadsPerSecond', floor)} for ${FLOOR}; ${meaningOf(forecast)}. Confirm: ${confirming(forecast, comparison)}`,
  ]
}

function alternativesOf({ outranked, notWorthIt }: Decision, figures: FigureOf): Alternative[] {
  return [
    ...outranked.map((one) => ({ strategy: one.strategy, why: whyOutranked(one, figures) })),
    ...notWorthIt.map(({ strategy, reason }) => ({ strategy, why: reason })),
  ].toSorted((a, b) => bySimplicity(a.strategy, b.strategy))
}

const THAN: Record<Difference, string> = {
  lower: 'lower',
  higher: 'higher',
  'no difference': 'no difference',
  'too few runs': 'by the medians',
}

function whyOutranked({ strategy, step, by }: Outranked, figures: FigureOf): string {
  const against = (measure: 'loadsPerRead' | 'readP99Ms', name: string) => {
    const [own, other] = [figures(strategy, measure), figures(by, measure)]
    return `${name} ${formatMeasured(measure, own)} against ${formatMeasured(measure, other)} for ${by} (${THAN[differenceOf(own, other)]})`
  }
  const load = against(steps.load, 'loads per read')
  if (step === 'load') return load
  const latency = `${load}; ${against(steps.latency, 'read p99')}`
  return step === 'latency' ? latency : `${latency}; ${by} has fewer moving parts`
}

function whyNoCache(
  { config: { workload } }: Comparison,
  { notWorthIt }: Decision,
  second: string | undefined,
  figures: FigureOf,
): string {
  const load = `${formatWholeShare(writesIn(workload))} of the operations write`
  const best = notWorthIt.find(({ strategy }) => strategy === second)
  if (best === undefined) return `${FLOOR} meets the requirements, and no measured cache does; ${load}`
  const against = (measure: 'readP50Ms' | 'readP99Ms') => {
    const [own, floor] = [figures(best.strategy, measure), figures(FLOOR, measure)]
    return `${formatMeasured(measure, own)} against ${formatMeasured(measure, floor)} (${THAN[differenceOf(own, floor)]})`
  }
  return (
    `${FLOOR} meets the requirements, and the best cache, ${best.strategy}, is not worth it: ${best.reason}. ` +
    `A cache should save ${100 * WORTH_SAVING} % of the loads, and either hits are ${WORTH_SPEED} times faster than loads or the servers' CPU time is halved. ` +
    `Its read p50 is ${against('readP50Ms')}, its p99 ${against('readP99Ms')}; ${load}`
  )
}

function notesOn(comparison: Comparison, decision: Decision, requirements: Requirements, figures: FigureOf): string[] {
  const { winner, outranked, notWorthIt } = decision
  const { maxStalenessMs, p99Ms, maxWaitingPerSecond, maxLoadsPerSecond } = requirements
  const compared = [winner, ...outranked.map(({ strategy }) => strategy), ...notWorthIt.map(({ strategy }) => strategy)]
  const few = compared.filter((name) => name !== undefined && runsOf(comparison, name) < RUNS_TO_CLAIM)
  const straddling = (
    [
      ['readP99Ms', p99Ms, 'read p99', '--p99'],
      ['waitingPerSecond', maxWaitingPerSecond, 'number of waiting reads', '--max-waiting'],
      ['loadsPerSecond', maxLoadsPerSecond, 'database load', '--max-db-load'],
    ] as const
  ).filter(([measure, limit]) => {
    const spread = winner === undefined ? undefined : figures(winner, measure)
    return spread !== undefined && limit !== undefined && spread.max > limit
  })
  const promise = comparison.strategies.find(({ name }) => name === winner)?.promise
  const { workload } = comparison.config
  return [
    ...(few.length > 0
      ? [
          `decided by medians alone: fewer than ${RUNS_TO_CLAIM} runs count for ${few.join(', ')}. ` +
            `To claim a difference, compare again with --runs ${RUNS_TO_CLAIM} or more`,
        ]
      : []),
    ...straddling.map(
      ([measure, , name, flag]) =>
        `the ${name} of ${winner} is ${formatMeasured(measure, figures(winner!, measure))}: some runs exceed ${flag}`,
    ),
    ...(maxStalenessMs === undefined && promise && !isCurrent(promise, comparison.config.apiProcesses)
      ? [`--max-staleness was not given, and a value may be ${formatTime(promise.staleForAtMostMs)} old`]
      : []),
    ...(maxLoadsPerSecond !== undefined
      ? [
          workload.trace === null
            ? `database load was measured at ${workload.ratePerSecond} requests per second, ` +
              `${formatWholeShare(writesIn(workload))} of them writes; it changes with the rate`
            : `database load was measured at the rate of the replayed trace; it changes with the rate`,
        ]
      : []),
    ...(comparison.strategies.some(({ name }) => name === FLOOR)
      ? []
      : [`${FLOOR} was not measured, so it is not known whether any cache is worth it`]),
    ...(comparison.finishedAt === null ? ['the comparison is not finished: turns are missing'] : []),
  ]
}

function runsOf({ turns }: Comparison, strategy: string): number {
  return turns.filter((turn) => turn.strategy === strategy && turn.status === 'ok').length
}
