/** What is predicted of the strategies at TTLs that were not measured, and which requirements that meets. */
import { staleAfterWriteMs } from 'history'
import type { ComparedStrategy, Comparison } from '../comparison.ts'
import type { MeasureName } from '../measures.ts'
import { figureOf } from '../spread.ts'
import { bestTtl, isAsGoodAs, type TtlOutlook } from './best-ttl.ts'
import { type Guarantee, guaranteeAt } from './guarantee.ts'
import { bySimplicity } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { ruledOutBy } from './ruled-out-by.ts'
import { toldTime } from './told.ts'

/** What a simulation of the same load predicts of a strategy, for a range of TTLs. */
export type TtlSweep = (strategy: string) => Promise<readonly TtlOutlook[]>

export interface Forecast extends TtlOutlook {
  readonly strategy: ComparedStrategy
  /** Not simulated: a hit's where nearly all reads hit, else as measured. */
  readonly readP99Ms: number | undefined
  readonly guarantee: Guarantee
  /** For how long it is guaranteed that a read may be old at most, in the API processes measured. */
  readonly staleForMs: number
}

/** Above this share of hits the slowest read in a hundred is a hit. */
const P99_IS_A_HIT = 0.99

/** Of what cache-core has code for. Empty for the rest, and for what the sweep does not know. */
export async function forecastsOf(
  comparison: Comparison,
  strategy: ComparedStrategy,
  ttlSweep: TtlSweep,
): Promise<Forecast[]> {
  if (guaranteeAt(strategy, 1) === undefined) return []
  const outlooks = await ttlSweep(strategy.name)
  const measured = (measure: MeasureName) => figureOf(comparison, strategy.name, measure)?.median
  const atMeasured = outlooks.find(({ ttlMs }) => ttlMs === comparison.config.workload.ttlMs)
  return outlooks.map((outlook) => {
    const calibrated = atMeasured
      ? calibrate(outlook, atMeasured, measured('hitRatio'), measured('loadsPerSecond'))
      : outlook
    const readP99Ms = measured(calibrated.hitRatio > P99_IS_A_HIT ? 'hitP99Ms' : 'readP99Ms')
    const guarantee = guaranteeAt(strategy, outlook.ttlMs)!
    const staleForMs = staleAfterWriteMs(guarantee, comparison.config.apiProcesses)
    return { ...calibrated, strategy, readP99Ms, guarantee, staleForMs }
  })
}

/**
 * The simulation leaves out lists, pages and the report. Where it is below what was measured at the same TTL, it is taken to be as far
 * below at the others: by the difference or by the factor, whichever makes more loads.
 */
function calibrate(
  { ttlMs, hitRatio, loadsPerSecond }: TtlOutlook,
  at: TtlOutlook,
  measuredHits = at.hitRatio,
  measuredLoads = at.loadsPerSecond,
): TtlOutlook {
  const missing = Math.max(0, measuredLoads - at.loadsPerSecond)
  const factor = at.loadsPerSecond > 0 ? Math.max(1, measuredLoads / at.loadsPerSecond) : 1
  return {
    ttlMs,
    hitRatio: Math.min(1, Math.max(0, hitRatio + measuredHits - at.hitRatio)),
    loadsPerSecond: Math.max(loadsPerSecond + missing, loadsPerSecond * factor),
  }
}

/** Staleness by what the code guarantees at that TTL; a read that was seen stale all the same ruled its strategy out before. */
export function meets(forecast: Forecast, { maxStalenessMs, p99Ms, maxLoadsPerSecond }: Requirements): boolean {
  return (
    forecast.staleForMs <= (maxStalenessMs ?? Number.POSITIVE_INFINITY) &&
    (p99Ms === undefined || (forecast.readP99Ms ?? Number.POSITIVE_INFINITY) <= p99Ms) &&
    forecast.loadsPerSecond <= (maxLoadsPerSecond ?? Number.POSITIVE_INFINITY)
  )
}

/** The simplest strategy within a point of the best hit ratio, each at its best TTL of those that meet the requirements. */
export function bestForecast(all: readonly (readonly Forecast[])[], requirements: Requirements): Forecast | undefined {
  const best = all.flatMap((ofOne) => bestTtl(ofOne, (forecast) => meets(forecast, requirements))?.outlook ?? [])
  return best
    .filter(isAsGoodAs(Math.max(...best.map(({ hitRatio }) => hitRatio))))
    .toSorted((a, b) => bySimplicity(a.strategy.name, b.strategy.name))[0]
}

/** Which requirements no strategy meets, as measured or at any TTL that was tried, a sentence each with the closest. */
export function whatCannotBeMet(
  comparison: Comparison,
  forecasts: readonly Forecast[],
  requirements: Requirements,
): string[] {
  const { mayLoseWrites, ...limits } = requirements
  const isMet = (one: Requirements) =>
    comparison.strategies.some((strategy) => ruledOutBy(comparison, strategy, one).length === 0) ||
    forecasts.some((forecast) => meets(forecast, one))
  const ttlsMs = forecasts.map(({ ttlMs }) => ttlMs)
  const tried =
    ttlsMs.length > 0
      ? `at any TTL tried (${toldTime(Math.min(...ttlsMs))} to ${toldTime(Math.max(...ttlsMs))})`
      : 'as measured, and no other TTL was tried'
  const closest = {
    maxStalenessMs: () => '',
    p99Ms: () => closestP99(forecasts),
    maxLoadsPerSecond: () => {
      const fewest = forecasts.toSorted((a, b) => a.loadsPerSecond - b.loadsPerSecond)[0]
      return fewest ? `; the fewest predicted are ${fewest.loadsPerSecond.toFixed(1)}/s (${named(fewest)})` : ''
    },
  }
  const flags = {
    maxStalenessMs: (ms: number) => `--max-staleness ${toldTime(ms)}`,
    p99Ms: (ms: number) => `--p99 ${toldTime(ms)}`,
    maxLoadsPerSecond: (loads: number) => `--max-db-load ${loads}/s`,
  }
  const names = Object.keys(flags) as (keyof typeof flags)[]
  const unmet = names.flatMap((name) => {
    const limit = limits[name]
    if (limit === undefined || isMet({ [name]: limit, mayLoseWrites: true })) return []
    return [`${flags[name](limit)} cannot be met ${tried}${closest[name]()}`]
  })
  if (!mayLoseWrites && !isMet({ mayLoseWrites }))
    unmet.push('no strategy that can be used keeps every acknowledged write')
  return unmet.length > 0 ? unmet : [`each requirement can be met alone, but not all together ${tried}`]
}

function closestP99(forecasts: readonly Forecast[]): string {
  const most = forecasts.toSorted((a, b) => b.hitRatio - a.hitRatio)[0]
  if (most === undefined) return ''
  const hits = `the most hits predicted are ${(100 * most.hitRatio).toFixed(1)} % (${named(most)})`
  return most.hitRatio > P99_IS_A_HIT
    ? `; ${hits}`
    : `; ${hits}, and while more than 1 % of the reads miss, their p99 is that of a miss`
}

function named({ strategy, ttlMs }: Forecast): string {
  return `${strategy.name}, TTL ${toldTime(ttlMs)}`
}
