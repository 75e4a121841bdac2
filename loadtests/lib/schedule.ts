import type { Stage } from '../../packages/workload/src/index.ts'

/**
 * How long requests may continue after the last one started. The next strategy's turn begins only after this time, so that
 * turns do not overlap. A longer iteration is cut off and counts as failed.
 */
export const DRAIN_MS = 3000

/** One strategy's turn, in ms since the scenarios began. */
export interface ScheduledTurn {
  strategy: string
  warmupAtMs: number
  measuredAtMs: number
  endsAtMs: number
}

export function turns(strategies: readonly string[], warmupMs: number, durationMs: number): ScheduledTurn[] {
  const turnMs = warmupMs + durationMs + DRAIN_MS
  return strategies.map((strategy, at) => ({
    strategy,
    warmupAtMs: at * turnMs,
    measuredAtMs: at * turnMs + warmupMs,
    endsAtMs: (at + 1) * turnMs,
  }))
}

/** k6 allows letters, digits, `-` and `_` in the name of a scenario. */
export function scenarioName(strategy: string): string {
  return strategy.replace(/[^A-Za-z0-9_-]/g, '_')
}

export interface LoadOptions {
  /** Rates from the start of the turn's warm-up. */
  stages: readonly Stage[]
  vus: number
  /** Name of the function that the entry file exports. */
  exec: string
}

/** The offset of the plan's start from the scenario's start. */
export const LEAD_MS = 1

/** k6 starts the stages when its users are ready, but measures their end from before that. This is extra time for the last stage. */
const TAIL_MS = 500

/**
 * Open model: operations begin at the plan's rate, even if earlier ones have not ended, like real visitors. With a fixed
 * number of clients, a slow strategy would get fewer requests and look better than it is.
 *
 * Warm-up and measured phase are one scenario without a pause: during a pause nothing would refresh the entries, and the first
 * seconds would show too many misses.
 *
 * k6 starts its i-th iteration, i from 1, when the rates so far add up to i. A lead of half an iteration before the first
 * stage puts each iteration in the middle of its interval, as in the plan. At a stage boundary, rounding could move an iteration or
 * cut it off. In the middle of its interval it can't, so exactly the planned number starts.
 */
export function loadScenario(turn: ScheduledTurn, { stages, vus, exec }: LoadOptions) {
  const jumps = stages.flatMap(({ ratePerSecond, durationMs }) => [
    { duration: '0s', target: thousandfold(ratePerSecond) },
    { duration: `${durationMs}ms`, target: thousandfold(ratePerSecond) },
  ])
  const half = thousandfold(500 / LEAD_MS)
  return {
    executor: 'ramping-arrival-rate' as const,
    exec,
    startTime: `${turn.warmupAtMs}ms`,
    gracefulStop: `${DRAIN_MS - TAIL_MS}ms`,
    startRate: half,
    // k6 accepts only whole numbers as rates.
    timeUnit: '1000s',
    stages: [
      { duration: `${LEAD_MS}ms`, target: half },
      ...jumps,
      { duration: '0s', target: 0 },
      { duration: `${TAIL_MS}ms`, target: 0 },
    ],
    preAllocatedVUs: vus,
    // No more than at the start: creating users during the run would slow the others.
    maxVUs: vus,
    env: { STRATEGY: turn.strategy },
    tags: { strategy: turn.strategy },
  }
}

function thousandfold(rate: number): number {
  return Math.round(rate * 1_000)
}

/** Calls `exec` once when the measured phase begins, parallel to the load. */
export function snapshotScenario(turn: ScheduledTurn, exec: string) {
  return {
    executor: 'shared-iterations' as const,
    exec,
    startTime: `${turn.measuredAtMs}ms`,
    vus: 1,
    iterations: 1,
    maxDuration: `${DRAIN_MS}ms`,
    gracefulStop: '0s',
    env: { STRATEGY: turn.strategy },
    tags: { strategy: turn.strategy },
  }
}
