/** A straight line through samples: is something growing? */

export interface Trend {
  readonly perHour: number
  /** Of `perHour`, from how far the samples lie off the line. */
  readonly standardError: number
}

export interface Sample {
  readonly atMs: number
  readonly value: number
}

const HOUR_MS = 3_600_000

/** Neighbours share a saw tooth of the collector's; the means of so many stretches hardly do. */
const STRETCHES = 12

/** The least-squares line through the means of stretches. With fewer than three of them nothing can be said: the error is infinite. */
export function trendOf(all: readonly Sample[]): Trend {
  const samples = meansOf(all)
  const n = samples.length
  if (n < 3) return { perHour: 0, standardError: Number.POSITIVE_INFINITY }
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / n
  const mean = samples.reduce((sum, { value }) => sum + value, 0) / n
  let spread = 0
  let product = 0
  for (const { atMs, value } of samples) {
    spread += (atMs - meanAt) ** 2
    product += (atMs - meanAt) * (value - mean)
  }
  const slope = product / spread
  const off = samples.reduce((sum, { atMs, value }) => sum + (value - mean - slope * (atMs - meanAt)) ** 2, 0)
  return { perHour: slope * HOUR_MS, standardError: Math.sqrt(off / (n - 2) / spread) * HOUR_MS }
}

/** Flat within its noise, or growing by less than matters. Shrinking is no leak. */
export function isFlat({ perHour, standardError }: Trend, boundPerHour: number): boolean {
  return perHour < 2 * standardError || perHour < boundPerHour
}

function meansOf(samples: readonly Sample[]): Sample[] {
  const stretches = Math.min(STRETCHES, samples.length)
  return Array.from({ length: stretches }, (_, i) => {
    const stretch = samples.slice((i * samples.length) / stretches, ((i + 1) * samples.length) / stretches)
    const mean = (of: (sample: Sample) => number) => stretch.reduce((sum, one) => sum + of(one), 0) / stretch.length
    return { atMs: mean(({ atMs }) => atMs), value: mean(({ value }) => value) }
  })
}
