/** Picks the best TTL from a simulated sweep. */

/** The prediction for a strategy with one TTL. */
export interface TtlOutlook {
  readonly ttlMs: number
  /** Fresh or stale hits: reads that don't wait. */
  readonly hitRatio: number
  /** Background refreshes included. */
  readonly loadsPerRead: number
  readonly loadsPerSecond: number
}

export interface BestTtl<T extends TtlOutlook> {
  readonly outlook: T
  /**
   * - `as good`: the shortest within a point of the best TTL tried; a longer TTL brings no gain.
   * - `best allowed`: a TTL that is not allowed would be better.
   * - `longest tried`: a longer TTL may be better, but none was tried.
   */
  readonly why: 'as good' | 'best allowed' | 'longest tried'
}

/** A share this close to the best is as good: a longer TTL would only keep a missed invalidation visible for longer. */
export const AS_GOOD = 0.01

/**
 * The shortest allowed TTL within a point of the best hit ratio and of the fewest loads per read. Loads count too: with
 * background refreshes reads hit at any TTL, and a longer one saves loads.
 *
 * @returns undefined if no TTL is allowed
 */
export function bestTtl<T extends TtlOutlook>(
  tried: readonly T[],
  isAllowed: (outlook: T) => boolean,
): BestTtl<T> | undefined {
  const allowed = tried.filter(isAllowed)
  const outlook = shortest(allowed.filter(isAsGoodAs(allowed)))
  if (outlook === undefined) return undefined
  const longest = Math.max(...tried.map(({ ttlMs }) => ttlMs))
  if (outlook.ttlMs === longest) return { outlook, why: 'longest tried' }
  return { outlook, why: isAsGoodAs(tried)(outlook) ? 'as good' : 'best allowed' }
}

function isAsGoodAs(others: readonly TtlOutlook[]) {
  const hits = hitsAsOftenAs(others)
  const fewest = Math.min(...others.map(({ loadsPerRead }) => loadsPerRead))
  return (outlook: TtlOutlook): boolean => hits(outlook) && outlook.loadsPerRead <= fewest + AS_GOOD
}

/** Whether a hit ratio is within a point of the best. */
export function hitsAsOftenAs(others: readonly TtlOutlook[]) {
  const best = Math.max(...others.map(({ hitRatio }) => hitRatio))
  return ({ hitRatio }: TtlOutlook): boolean => hitRatio >= best - AS_GOOD
}

function shortest<T extends TtlOutlook>(outlook: readonly T[]): T | undefined {
  return outlook.toSorted((a, b) => a.ttlMs - b.ttlMs)[0]
}
