/**
 * Quantiles with linear interpolation between the two nearest values: the definition of k6, and the default of R and NumPy.
 * So the median of an even number of values is the mean of the middle two.
 *
 * @returns the quantile for a share from 0 (the minimum) to 1 (the maximum); NaN if there are no values
 *
 * @example
 * ```ts
 * const quantile = quantilesOf([30, 10, 20])
 * quantile(0.5) // 20
 * ```
 */
export function quantilesOf(values: ArrayLike<number>): (share: number) => number {
  const ascending = Float64Array.from(values).sort()
  return (share) => {
    const place = share * (ascending.length - 1)
    const [low, high] = [ascending[Math.floor(place)]!, ascending[Math.ceil(place)]!]
    return low + (high - low) * (place % 1)
  }
}
