/** A figure over several runs. All three are equal if there is only one. */
export interface Extent {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The advisor's rule too: a smaller gain does not justify another strategy. */
const WORTH_CHOOSING = 0.1

/** Whether the best figure is less than 10 % below another one: too close to call. */
function isAlike(best: number, other: number): boolean {
  return other === best || best > (1 - WORTH_CHOOSING) * other
}

/**
 * The point with the lowest median of those that can be best, and the others of them that do not differ from it: ranges overlap,
 * or the medians are alike. `best` is undefined if none can be best.
 */
export function bestOf<Point extends { readonly canBeBest: boolean }>(
  points: readonly Point[],
  extentOf: (point: Point) => Extent,
): { readonly best: Point | undefined; readonly alike: readonly Point[] } {
  const [best, ...others] = points
    .filter(({ canBeBest }) => canBeBest)
    .toSorted((a, b) => extentOf(a).median - extentOf(b).median)
  if (best === undefined) return { best, alike: [] }
  const { median, max } = extentOf(best)
  return {
    best,
    alike: others.filter((other) => extentOf(other).min <= max || isAlike(median, extentOf(other).median)),
  }
}
