import { requireNumber } from './check.ts'

/** A stretch of time with one steady rate; 0 is a pause. */
export interface Stage {
  readonly ratePerSecond: number
  readonly durationMs: number
}

/** When the operations of consecutive stages are to begin. */
export interface Timetable {
  readonly operations: number
  readonly durationMs: number
  /** When the n-th operation is to begin, n from 0, in ms from the start of the first stage. */
  timeAtMs(n: number): number
  /** How many are to begin before that time. */
  operationsBefore(ms: number): number
}

/**
 * Operations evenly spaced within each stage, each in the middle of its share of time: n + 0.5 operations' worth of time
 * have passed when the n-th begins. So none falls on the border of two stages, where rounding would decide.
 * @throws RangeError that names the parameter, its value and what is allowed
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
  // What ends a hair above n + 0.5 by rounding alone does not hold the n-th.
  const whole = (worth: number) => Math.max(0, Math.ceil(worth - 0.5 - 1e-6))
  const operations = whole(begun.at(-1)!)
  const durationMs = startMs.at(-1)!
  return {
    operations,
    durationMs,
    timeAtMs(n) {
      if (!(n >= 0 && n < operations)) {
        throw new RangeError(`operation is ${n}; allowed is a whole number from 0 to ${operations - 1}`)
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

/** Index of the last of rising numbers that is not above the value. */
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
