/** A figure over several runs. All three are equal if there is only one. */
export interface Extent {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Figures differ if no run of one is within the runs of the other, and the medians are further apart than this factor. */
const ALIKE = 1.1

interface Sound {
  /** Only these can be best. */
  readonly isSound: boolean
}

/** The point with the lowest median, and how many others do not differ from it. Undefined if there is nothing to choose from. */
export function bestOf<Point extends Sound>(
  points: readonly Point[],
  extentOf: (point: Point) => Extent,
): { readonly best?: Point; readonly alike: number } {
  const [best, ...others] = points
    .filter(({ isSound }) => isSound)
    .toSorted((a, b) => extentOf(a).median - extentOf(b).median)
  if (best === undefined || others.length === 0) return { alike: 0 }
  const { median, max } = extentOf(best)
  const alike = others.filter((other) => extentOf(other).min <= max || extentOf(other).median < median * ALIKE)
  return { best, alike: alike.length }
}
