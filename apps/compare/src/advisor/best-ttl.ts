/** Which TTL to set, from what a simulation predicts for several. */
import type { Requirements } from './requirements.ts'

/** What is predicted of a strategy with one TTL. */
export interface TtlOutlook {
  readonly ttlMs: number
  readonly hitRatio: number
  readonly loadsPerSecond: number
}

/** A hit ratio so close to the best is as good: a longer TTL would only show a missed invalidation for longer. */
export const AS_GOOD = 0.01

/**
 * The shortest within a point of the best hit ratio that stays below the limits.
 *
 * @param ttlBoundsStaleness whether nothing but the TTL bounds how old a value gets
 * @returns undefined when none does
 */
export function bestTtl(
  outlook: readonly TtlOutlook[],
  { maxStalenessMs, maxLoadsPerSecond }: Requirements,
  ttlBoundsStaleness: boolean,
): TtlOutlook | undefined {
  const allowed = outlook.filter(
    ({ ttlMs, loadsPerSecond }) =>
      (!ttlBoundsStaleness || ttlMs <= (maxStalenessMs ?? Number.POSITIVE_INFINITY)) &&
      loadsPerSecond <= (maxLoadsPerSecond ?? Number.POSITIVE_INFINITY),
  )
  const best = Math.max(...allowed.map(({ hitRatio }) => hitRatio))
  return allowed.filter(({ hitRatio }) => hitRatio >= best - AS_GOOD).toSorted((a, b) => a.ttlMs - b.ttlMs)[0]
}
