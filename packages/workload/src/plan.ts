import { requireInteger, requireNumber } from './check.ts'
import { createMix, type Operation } from './operations.ts'
import { random } from './random.ts'
import { scatter } from './scatter.ts'
import { type Stage, timetable } from './timetable.ts'
import type { Workload } from './workloads.ts'

/**
 * All operations of a run and their times, for k6, for a simulation, and for later analysis.
 */
export interface Plan {
  /** The number of operations, including the warm-up. */
  readonly operations: number
  /** How many of them, from the first, are the warm-up. */
  readonly warmupOperations: number
  /** How many of them insert a post. */
  readonly inserts: number
  /** The n-th operation, n from 0. */
  operationAt(n: number): Operation
  /** The planned start of the n-th operation, in ms from the start of the warm-up. */
  timeAtMs(n: number): number
  /** The planned starts, given as rates from the start of the warm-up. */
  readonly stages: readonly Stage[]
  readonly warmupMs: number
  readonly measuredMs: number
  /** The post whose expiries are evaluated: the crowd's, or the most popular one; null if that changes. */
  readonly hotId: number | null
}

export interface PlanOptions {
  /** Determines the operations: a whole number from 0. */
  seed: number
  /** The length of the unmeasured warm-up, in whole ms. Ignored if the workload is `cold`. */
  warmupMs: number
  /** In whole ms, at least 1. */
  measuredMs: number
}

const CROWD = 3

/** @throws RangeError that names the parameter, its value and the allowed range */
export function planOf(workload: Workload, { seed, warmupMs: wanted, measuredMs }: PlanOptions): Plan {
  const { ratePerSecond, crowd, posts } = workload
  requireNumber('ratePerSecond', ratePerSecond, 0.001, 1_000_000)
  requireInteger('warmupMs', wanted, 0, Number.MAX_SAFE_INTEGER)
  requireInteger('measuredMs', measuredMs, 1, Number.MAX_SAFE_INTEGER)
  const warmupMs = workload.cold ? 0 : wanted
  const mix = createMix(workload, seed)
  const fromMs = warmupMs + (crowd ? crowdTime(crowd, 'from', measuredMs) : measuredMs)
  const toMs = warmupMs + (crowd ? crowdTime(crowd, 'to', measuredMs) : measuredMs)
  const stages = [
    { ratePerSecond, durationMs: fromMs },
    { ratePerSecond: thousandths(ratePerSecond * (crowd?.rateFactor ?? 1)), durationMs: toMs - fromMs },
    { ratePerSecond, durationMs: warmupMs + measuredMs - toMs },
  ].filter(({ durationMs }) => durationMs > 0)
  const times = timetable(stages)
  const [crowdFrom, crowdTo] = [times.operationsBefore(fromMs), times.operationsBefore(toMs)]
  const crowdId = scatter(posts)(posts)

  /** Inserts continue during a crowd: otherwise later inserts would not get their planned ids. */
  const inCrowd = (n: number, { kind }: Operation) =>
    crowd !== null && n >= crowdFrom && n < crowdTo && kind !== 'insert' && random(seed, CROWD, n) < crowd.share

  return {
    operations: times.operations,
    warmupOperations: times.operationsBefore(warmupMs),
    inserts: mix.insertsBefore(times.operations),
    operationAt(n) {
      const usual = mix.operationAt(n)
      return inCrowd(n, usual) ? { kind: 'read', id: crowdId } : usual
    },
    timeAtMs: times.timeAtMs,
    stages,
    warmupMs,
    measuredMs,
    hotId: crowd ? crowdId : mix.hotId,
  }
}

/** The start or the end of the crowd, in ms of the measured phase. */
function crowdTime(crowd: NonNullable<Workload['crowd']>, which: 'from' | 'to', measuredMs: number): number {
  requireNumber('crowd.from', crowd.from, 0, 1)
  requireNumber('crowd.to', crowd.to, crowd.from, 1)
  requireNumber('crowd.rateFactor', crowd.rateFactor, 0.001, 1_000)
  requireNumber('crowd.share', crowd.share, 0, 1)
  return Math.round(crowd[which] * measuredMs)
}

/** Load generators accept no finer rates. */
function thousandths(rate: number): number {
  return Math.round(rate * 1_000) / 1_000
}
