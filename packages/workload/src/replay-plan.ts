import { requireInteger, requireNumber } from './check.ts'
import type { Operation } from './operations.ts'
import type { Plan } from './plan.ts'
import { type Stage, timetable } from './timetable.ts'

/** Recorded operations, in order of their start. */
export interface Recording {
  /** The number of operations that began in each second, from {@link recordedStages}. */
  stages: readonly Stage[]
  operationAt(n: number): Operation
  /** How many of them insert a post. */
  inserts: number
  /** The most frequent post. */
  hotId: number | null
}

const BIN_MS = 1_000

/**
 * The rates of a recording, second by second. Within a second, operations are spread evenly, since load generators accept
 * rates instead of times. Each operation stays in its second.
 * @param timesMs when each operation began, ascending, from 0
 * @throws RangeError that names the invalid time
 */
export function recordedStages(timesMs: readonly number[]): Stage[] {
  const rates: number[] = []
  let last = 0
  timesMs.forEach((time, at) => {
    requireNumber(`timesMs[${at}]`, time, last, Number.MAX_SAFE_INTEGER)
    last = time
    const bin = Math.floor(time / BIN_MS)
    while (rates.length <= bin) rates.push(0)
    rates[bin]!++
  })
  return rates.map((ratePerSecond) => ({ ratePerSecond, durationMs: BIN_MS }))
}

/**
 * A plan that carries out each recorded operation once.
 * @param warmupMs the unmeasured first part of the recording: whole ms, less than its length
 * @throws RangeError that names the parameter, its value and the allowed range
 */
export function replayPlan({ stages, operationAt, inserts, hotId }: Recording, warmupMs: number): Plan {
  const times = timetable(stages)
  requireInteger('warmupMs', warmupMs, 0, times.durationMs - 1)
  return {
    operations: times.operations,
    warmupOperations: times.operationsBefore(warmupMs),
    inserts,
    operationAt,
    timeAtMs: times.timeAtMs,
    stages,
    warmupMs,
    measuredMs: times.durationMs - warmupMs,
    hotId,
  }
}
