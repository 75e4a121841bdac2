/** Warm-up and measured time of a turn. */
import { time } from 'command-line'
import { measuredMsFor, recordedStages, warmupMsFor } from 'workload'
import type { Replay } from '../run/run-k6.ts'
import { RUNS_TO_CLAIM } from '../spread.ts'

export interface TurnTimes {
  readonly warmupMs: number
  readonly measuredMs: number
}

/** The shorter warm-up keeps it below 12 minutes: most of the default load's 150 posts have been read by then. */
export const QUICK = { runs: 2, warmupMs: 4_000 }
export const FULL = { runs: RUNS_TO_CLAIM }

const MIN_MEASURED_MS = 1_000

export interface TimeFlags {
  readonly warmup?: string
  readonly duration?: string
  readonly quick?: true
}

/** @throws Error that names a flag, its value and the allowed values */
export function turnTimes({ warmup, duration, quick }: TimeFlags, ttlMs: number): TurnTimes {
  const usualMs = warmupMsFor(ttlMs)
  const warmupMs = quick ? Math.min(usualMs, QUICK.warmupMs) : usualMs
  return {
    warmupMs: warmup === undefined ? warmupMs : time('--warmup', { min: 0, max: 600_000 })(warmup),
    measuredMs:
      duration === undefined
        ? measuredMsFor(ttlMs)
        : time('--duration', { min: MIN_MEASURED_MS, max: 3_600_000 })(duration),
  }
}

/**
 * A turn that replays a trace measures until the end of its last second, as side-by-side.js does. If the trace is shorter than the
 * turn would be, the warm-up is shortened in proportion, but so that at least 1 s is measured.
 */
export function withinTrace({ warmupMs, measuredMs }: TurnTimes, { timesMs }: Replay): TurnTimes {
  const lastsMs = recordedStages(timesMs).reduce((sum, { durationMs }) => sum + durationMs, 0)
  const share = Math.min(1, lastsMs / (warmupMs + measuredMs))
  const warmsUpMs = Math.min(Math.floor(warmupMs * share), lastsMs - MIN_MEASURED_MS)
  return { warmupMs: warmsUpMs, measuredMs: lastsMs - warmsUpMs }
}
