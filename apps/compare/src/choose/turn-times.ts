/** How long a strategy warms up and is measured in a run. */
import type { Replay } from '../run/run-k6.ts'
import { RUNS_TO_CLAIM } from '../spread.ts'
import { time } from './flag-values.ts'

export interface TurnTimes {
  readonly warmupMs: number
  readonly measuredMs: number
}

export const QUICK = { runs: 2, measuredMs: 8_000, warmupAtMostMs: 5_000 }
/** Measured for five TTLs after one of warm-up, so that each entry is seen at every age; no more than a minute. */
export const FULL = { runs: RUNS_TO_CLAIM, ttls: 5, atLeastMs: 20_000, atMostMs: 60_000, warmupAtMostMs: 30_000 }
const WARMUP_AT_LEAST_MS = 2_000

export interface TimeFlags {
  readonly quick?: true
  readonly warmup?: string
  readonly duration?: string
}

/** @throws Error that names a flag, its value and what is allowed */
export function turnTimes({ quick, warmup, duration }: TimeFlags, ttlMs: number): TurnTimes {
  const fiveTtls = clamp(FULL.ttls * ttlMs, FULL.atLeastMs, FULL.atMostMs)
  const oneTtl = clamp(ttlMs, WARMUP_AT_LEAST_MS, (quick ? QUICK : FULL).warmupAtMostMs)
  return {
    warmupMs: warmup === undefined ? oneTtl : time('--warmup', warmup, { min: 0, max: 600_000 }),
    measuredMs:
      duration !== undefined
        ? time('--duration', duration, { min: 1_000, max: 3_600_000 })
        : quick
          ? QUICK.measuredMs
          : fiveTtls,
  }
}

/** A trace may end sooner. A quarter of it warms up then. */
export function withinTrace({ warmupMs, measuredMs }: TurnTimes, { timesMs }: Replay): TurnTimes {
  const lastsMs = Math.ceil(timesMs.at(-1)!) + 1
  const warmsUpMs = Math.min(warmupMs, Math.floor(lastsMs / 4))
  return { warmupMs: warmsUpMs, measuredMs: Math.min(measuredMs, lastsMs - warmsUpMs) }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
