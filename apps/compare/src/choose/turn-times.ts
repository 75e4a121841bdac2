/** Warm-up and measured time of a turn. */
import { time } from 'command-line'
import { measuredMsFor, warmupMsFor } from 'workload'
import type { Replay } from '../run/run-k6.ts'
import { RUNS_TO_CLAIM } from '../spread.ts'

export interface TurnTimes {
  readonly warmupMs: number
  readonly measuredMs: number
}

/** The shorter warm-up keeps it below 12 minutes: most of the default load's 150 posts have been read by then. */
export const QUICK = { runs: 2, warmupMs: 4_000 }
export const FULL = { runs: RUNS_TO_CLAIM }

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
      duration === undefined ? measuredMsFor(ttlMs) : time('--duration', { min: 1_000, max: 3_600_000 })(duration),
  }
}

/** Shortens a turn to the length of its trace. The warm-up then takes at most a quarter of the trace. */
export function withinTrace({ warmupMs, measuredMs }: TurnTimes, { timesMs }: Replay): TurnTimes {
  const lastsMs = Math.ceil(timesMs.at(-1)!) + 1
  const warmsUpMs = Math.min(warmupMs, Math.floor(lastsMs / 4))
  return { warmupMs: warmsUpMs, measuredMs: Math.min(measuredMs, lastsMs - warmsUpMs) }
}
