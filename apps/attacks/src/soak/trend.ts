/** Fits a line through samples to detect growth. */

export interface Trend {
  readonly perHour: number
  /** The standard error of `perHour`, from the residuals. */
  readonly standardError: number
}

export interface Sample {
  readonly atMs: number
  readonly value: number
}

const HOUR_MS = 3_600_000

/** Neighbouring samples are correlated by the garbage collector's sawtooth; the means of 12 stretches hardly are. */
const STRETCHES = 12

/** The least-squares line through the means of stretches. With fewer than 3 stretches the error is infinite. */
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

/** Whether the slope is within its noise or below the bound. Shrinking counts as flat. */
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
