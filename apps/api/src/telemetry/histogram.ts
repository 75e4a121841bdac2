/** Counts of values by their size, which can be summed over processes and subtracted over time. */

/** What a histogram has counted, as JSON: the sum of the values, then the index and the count of each bucket that has one. */
export type HistogramReport = readonly number[]

/** Each power of two above 256 has 128 buckets, so a bucket is narrower than 1/128 of its values. Below, each value has one. */
const BITS = 7
const PER_POWER = 2 ** BITS
/** Larger values count as this one: 134 s in microseconds, 37 h in milliseconds. */
export const HIGHEST = 2 ** 27 - 1
const BUCKETS = bucketOf(HIGHEST) + 1

/** Of whole numbers from 1 to `HIGHEST`, each known to 2 significant digits. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #sum = 0

  get count(): number {
    return this.#count
  }

  get sum(): number {
    return this.#sum
  }

  /** @param value is rounded; smaller values, and NaN, count as 1 */
  record(value: number): void {
    const whole = value > 1 ? (value < HIGHEST ? Math.round(value) : HIGHEST) : 1
    this.#counts[bucketOf(whole)]!++
    this.#count++
    this.#sum += whole
  }

  /** Adds what another histogram has counted, or with `times` −1 takes it off again. */
  add(report: HistogramReport, times: 1 | -1 = 1): void {
    this.#sum += times * report[0]!
    for (let i = 1; i < report.length; i += 2) {
      const count = times * report[i + 1]!
      this.#counts[report[i]!]! += count
      this.#count += count
    }
  }

  report(): HistogramReport {
    const report = [this.#sum]
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.#counts[bucket] !== 0) report.push(bucket, this.#counts[bucket]!)
    }
    return report
  }

  /** Null if nothing was recorded. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count
  }

  /** The upper end of the highest bucket that has a value; null if nothing was recorded. */
  get max(): number | null {
    return this.percentile(100)
  }

  /** The upper end of the bucket of the value that `percent` of all values do not exceed; null if nothing was recorded. */
  percentile(percent: number): number | null {
    if (this.#count === 0) return null
    const rank = Math.max(1, Math.ceil((percent * this.#count) / 100))
    let bucket = -1
    for (let seen = 0; seen < rank; ) seen += this.#counts[++bucket]!
    return upperEndOf(bucket)
  }

  /** How many values are in the bucket of `limit` or in a lower one. */
  countUpTo(limit: number): number {
    const last = bucketOf(limit)
    let count = 0
    for (let bucket = 0; bucket <= last; bucket++) count += this.#counts[bucket]!
    return count
  }
}

function bucketOf(whole: number): number {
  const shift = Math.max(0, 31 - BITS - Math.clz32(whole))
  return shift * PER_POWER + (whole >>> shift)
}

function upperEndOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / PER_POWER) - 1)
  return (bucket - shift * PER_POWER + 1) * 2 ** shift - 1
}
