/** Predicts the strategies at TTLs that were not measured, and which requirements they meet there. */
import { staleAfterWriteMs } from 'history'
import type { ComparedStrategy, ComparedWorkload, Comparison } from '../comparison.ts'
import type { MeasureName } from '../measures.ts'
import { figureOf } from '../spread.ts'
import { bestTtl, hitsAsOftenAs, type TtlOutlook } from './best-ttl.ts'
import { formatTime } from './format.ts'
import { type Guarantee, guaranteeAt } from './guarantee.ts'
import { bySimplicity } from './ranking.ts'
import type { Requirements } from './requirements.ts'
import { ruledOutBy } from './ruled-out-by.ts'

/** Simulates the same load with a strategy, for a range of TTLs. */
export type TtlSweep = (strategy: string) => Promise<readonly TtlOutlook[]>

export interface Forecast extends TtlOutlook {
  readonly strategy: ComparedStrategy
  /** Not simulated but measured: the p99 of `p99Of`. Undefined if that was not measured. */
  readonly readP99Ms: number | undefined
  readonly p99Of: 'hit' | 'miss' | 'read'
  /** Reads that wait for a load. */
  readonly waitingPerSecond: number
  readonly guarantee: Guarantee
  /** The guaranteed limit on staleness, with the measured number of API processes. */
  readonly staleForMs: number
}

/** Above this hit ratio the p99 is that of a hit. */
const P99_IS_A_HIT = 0.99

/** Empty if cache-core has no code for the strategy, or if the sweep does not know it. */
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
    const p99Of = p99OfReadsAt(calibrated.hitRatio, measured('hitRatio'))
    const readP99Ms = measured(`${p99Of}P99Ms`)
    const guarantee = guaranteeAt(strategy, outlook.ttlMs)!
    const staleForMs = staleAfterWriteMs(guarantee, comparison.config.apiProcesses)
    const waitingPerSecond = (1 - calibrated.hitRatio) * readsPerSecond(comparison.config.workload)
    return { ...calibrated, strategy, readP99Ms, p99Of, waitingPerSecond, guarantee, staleForMs }
  })
}

/**
 * Which reads' measured p99 stands for that of all reads at another hit ratio. If nearly all reads hit in the measurement
 * but not here, its p99 is that of a hit and too low. The p99 of a miss is then an upper bound.
 */
function p99OfReadsAt(hitRatio: number, measuredHits = 0): Forecast['p99Of'] {
  if (hitRatio > P99_IS_A_HIT) return 'hit'
  return measuredHits > P99_IS_A_HIT ? 'miss' : 'read'
}

/** A read-modify-write counts as a read. */
function readsPerSecond({ ratePerSecond, writeShare, insertShare }: ComparedWorkload): number {
  return ratePerSecond * (1 - writeShare - insertShare)
}

/**
 * The simulation leaves out lists, pages and the report. If it is below the measurement at the same TTL, the other TTLs are
 * raised by the same difference or the same factor, whichever gives more loads.
 */
function calibrate(
  { ttlMs, hitRatio, loadsPerRead, loadsPerSecond }: TtlOutlook,
  at: TtlOutlook,
  measuredHits = at.hitRatio,
  measuredLoads = at.loadsPerSecond,
): TtlOutlook {
  const missing = Math.max(0, measuredLoads - at.loadsPerSecond)
  const factor = at.loadsPerSecond > 0 ? Math.max(1, measuredLoads / at.loadsPerSecond) : 1
  return {
    ttlMs,
    hitRatio: Math.min(1, Math.max(0, hitRatio + measuredHits - at.hitRatio)),
    loadsPerRead,
    loadsPerSecond: Math.max(loadsPerSecond + missing, loadsPerSecond * factor),
  }
}

/** Staleness by the guarantee at that TTL. A strategy whose reads were seen stale despite it is ruled out earlier. */
export function meets(forecast: Forecast, requirements: Requirements): boolean {
  const { maxStalenessMs, maxAgeMs, p99Ms, maxWaitingPerSecond, maxLoadsPerSecond } = requirements
  return (
    forecast.staleForMs <= (maxStalenessMs ?? Number.POSITIVE_INFINITY) &&
    forecast.guarantee.staleForAtMostMs <= (maxAgeMs ?? Number.POSITIVE_INFINITY) &&
    forecast.waitingPerSecond <= (maxWaitingPerSecond ?? Number.POSITIVE_INFINITY) &&
    (p99Ms === undefined || (forecast.readP99Ms ?? Number.POSITIVE_INFINITY) <= p99Ms) &&
    forecast.loadsPerSecond <= (maxLoadsPerSecond ?? Number.POSITIVE_INFINITY)
  )
}

/** The simplest strategy within a point of the best hit ratio, each at its best TTL that meets the requirements. */
export function bestForecast(all: readonly (readonly Forecast[])[], requirements: Requirements): Forecast | undefined {
  const best = all.flatMap((ofOne) => bestTtl(ofOne, (forecast) => meets(forecast, requirements))?.outlook ?? [])
  return best.filter(hitsAsOftenAs(best)).toSorted((a, b) => bySimplicity(a.strategy.name, b.strategy.name))[0]
}

/** A sentence for each requirement that no strategy meets, as measured or at any TTL tried, with the closest prediction. */
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
      ? `at any TTL tried (${formatTime(Math.min(...ttlsMs))} to ${formatTime(Math.max(...ttlsMs))})`
      : 'as measured, and no other TTL was tried'
  const closest = {
    maxStalenessMs: () => '',
    maxAgeMs: () => '',
    maxWaitingPerSecond: () => {
      const fewest = forecasts.toSorted((a, b) => a.waitingPerSecond - b.waitingPerSecond)[0]
      return fewest ? `; the fewest predicted are ${fewest.waitingPerSecond.toFixed(1)}/s (${named(fewest)})` : ''
    },
    p99Ms: () => closestP99(forecasts),
    maxLoadsPerSecond: () => {
      const fewest = forecasts.toSorted((a, b) => a.loadsPerSecond - b.loadsPerSecond)[0]
      return fewest ? `; the fewest predicted are ${fewest.loadsPerSecond.toFixed(1)}/s (${named(fewest)})` : ''
    },
  }
  const flags = {
    maxStalenessMs: (ms: number) => `--max-staleness ${formatTime(ms)}`,
    maxAgeMs: (ms: number) => `--max-age ${formatTime(ms)}`,
    maxWaitingPerSecond: (reads: number) => `--max-waiting ${reads}/s`,
    p99Ms: (ms: number) => `--p99 ${formatTime(ms)}`,
    maxLoadsPerSecond: (loads: number) => `--max-db-load ${loads}/s`,
  }
  const names = Object.keys(flags) as (keyof typeof flags)[]
  const unmet = names.flatMap((name) => {
    const limit = limits[name]
    if (limit === undefined || isMet({ [name]: limit, mayLoseWrites: true })) return []
    return [`${flags[name](limit)} cannot be met ${tried}${closest[name]()}`]
  })
  if (!mayLoseWrites && !isMet({ mayLoseWrites })) unmet.push('no usable strategy keeps every acknowledged write')
  return unmet.length > 0 ? unmet : [`each requirement can be met alone, but not all together ${tried}`]
}

function closestP99(forecasts: readonly Forecast[]): string {
  const most = forecasts.toSorted((a, b) => b.hitRatio - a.hitRatio)[0]
  if (most === undefined) return ''
  const hits = `the most hits predicted are ${(100 * most.hitRatio).toFixed(1)} % (${named(most)})`
  return most.hitRatio > P99_IS_A_HIT
    ? `; ${hits}`
    : `; ${hits}, and if more than 1 % of the reads miss, the p99 is that of a miss`
}

function named({ strategy, ttlMs }: Forecast): string {
  return `${strategy.name}, TTL ${formatTime(ttlMs)}`
}
