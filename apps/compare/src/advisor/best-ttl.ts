/** Which TTL is best, from what a simulation predicts for several. */

/** What is predicted of a strategy with one TTL. */
export interface TtlOutlook {
  readonly ttlMs: number
  readonly hitRatio: number
  readonly loadsPerSecond: number
}

export interface BestTtl<T extends TtlOutlook> {
  readonly outlook: T
  /**
   * - `as good`: the shortest within a point of the best hit ratio of all that were tried; a longer one brings nothing.
   * - `longest allowed`, `longest tried`: a longer one would bring more, and is ruled out, or was not tried.
   */
  readonly why: 'as good' | 'longest allowed' | 'longest tried'
}

/** A hit ratio so close to the best is as good: a longer TTL would only show a missed invalidation for longer. */
export const AS_GOOD = 0.01

/**
 * The shortest of the allowed ones within a point of the best hit ratio among them.
 *
 * @returns undefined when none is allowed
 */
export function bestTtl<T extends TtlOutlook>(
  tried: readonly T[],
  isAllowed: (outlook: T) => boolean,
): BestTtl<T> | undefined {
  const allowed = tried.filter(isAllowed)
  const outlook = shortest(allowed.filter(isAsGoodAs(bestOf(allowed))))
  if (outlook === undefined) return undefined
  const longest = Math.max(...tried.map(({ ttlMs }) => ttlMs))
  if (outlook.ttlMs === longest) return { outlook, why: 'longest tried' }
  return { outlook, why: isAsGoodAs(bestOf(tried))(outlook) ? 'as good' : 'longest allowed' }
}

function bestOf(outlook: readonly TtlOutlook[]): number {
  return Math.max(...outlook.map(({ hitRatio }) => hitRatio))
}

export function isAsGoodAs(best: number) {
  return ({ hitRatio }: TtlOutlook): boolean => hitRatio >= best - AS_GOOD
}

function shortest<T extends TtlOutlook>(outlook: readonly T[]): T | undefined {
  return outlook.toSorted((a, b) => a.ttlMs - b.ttlMs)[0]
}
