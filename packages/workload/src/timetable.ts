import { requireNumber } from './check.ts'

/** A period with a constant rate; 0 is a pause. */
export interface Stage {
  readonly ratePerSecond: number
  readonly durationMs: number
}

/** The planned start times of the operations of consecutive stages. */
export interface Timetable {
  readonly operations: number
  readonly durationMs: number
  /** The start of the n-th operation, n from 0, in ms from the start of the first stage. */
  timeAtMs(n: number): number
  /** The number of operations that start before this time. */
  operationsBefore(ms: number): number
}

/**
 * Spaces operations evenly within each stage, each in the middle of its interval: the n-th starts when the rates add up to
 * n + 0.5. So none falls on the boundary of two stages, where rounding would decide.
 * @throws RangeError that names the parameter, its value and the allowed range
 */
export function timetable(stages: readonly Stage[]): Timetable {
  const startMs = [0]
  const begun = [0]
  stages.forEach(({ ratePerSecond, durationMs }, at) => {
    requireNumber(`ratePerSecond of stage ${at + 1}`, ratePerSecond, 0, 1_000_000)
    requireNumber(`durationMs of stage ${at + 1}`, durationMs, 0, Number.POSITIVE_INFINITY)
    startMs.push(startMs[at]! + durationMs)
    begun.push(begun[at]! + (ratePerSecond * durationMs) / 1_000)
  })
  // Tolerance: a sum that exceeds n + 0.5 only by rounding does not include the n-th operation.
  const whole = (worth: number) => Math.max(0, Math.ceil(worth - 0.5 - 1e-6))
  const operations = whole(begun.at(-1)!)
  const durationMs = startMs.at(-1)!
  return {
    operations,
    durationMs,
    timeAtMs(n) {
      if (!(n >= 0 && n < operations)) {
        throw new RangeError(`operation is ${n}; it must be a whole number from 0 to ${operations - 1}`)
      }
      const at = lastUpTo(begun, n + 0.5)
      return startMs[at]! + ((n + 0.5 - begun[at]!) * 1_000) / stages[at]!.ratePerSecond
    },
    operationsBefore(ms) {
      if (ms >= durationMs) return operations
      const at = lastUpTo(startMs, ms)
      return whole(begun[at]! + (stages[at]!.ratePerSecond * (ms - startMs[at]!)) / 1_000)
    },
  }
}

/** Index of the last ascending number that is not above the value. */
function lastUpTo(rising: readonly number[], value: number): number {
  let first = 0
  let last = rising.length - 1
  while (first < last) {
    const middle = (first + last + 1) >>> 1
    if (rising[middle]! <= value) first = middle
    else last = middle - 1
  }
  return first
}
