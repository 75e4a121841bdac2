import type { Stage } from '../../packages/workload/src/index.ts'

/**
 * How long requests may go on after the last one was started. A strategy has the machine to itself: the next one's
 * turn begins when this is over. An iteration that takes longer is cut off, and counts as failed.
 */
export const DRAIN_MS = 3000

/** One strategy's place in the run, in ms since the scenarios began. */
export interface Turn {
  strategy: string
  warmupAtMs: number
  measuredAtMs: number
  endsAtMs: number
}

export function turns(strategies: readonly string[], warmupMs: number, durationMs: number): Turn[] {
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

/** So much later than the start of the scenario an operation begins than the plan says. */
export const LEAD_MS = 1

/** k6's clock for stages starts when its users are ready, but their end is counted from before that: room for the last. */
const TAIL_MS = 500

/**
 * Open model: operations begin at the rate of the plan whether or not earlier ones have ended, as visitors do. With a
 * fixed number of patient clients, a slow strategy would be asked less and look better than it is.
 *
 * Warm-up and measured phase are one scenario without a pause between them: in a pause, entries would go on ageing
 * unread, and the first seconds would show too many misses.
 *
 * k6 begins its i-th iteration, i from 1, when the rates so far add up to i. Half an iteration's worth before the first
 * stage puts each in the middle of its share of time, as in the plan, and away from the borders of stages, where
 * rounding would move it or cut it off: exactly as many begin as the plan has.
 */
export function loadScenario(turn: Turn, { stages, vus, exec }: LoadOptions) {
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
    // Whole numbers are all that k6 takes for rates.
    timeUnit: '1000s',
    stages: [
      { duration: `${LEAD_MS}ms`, target: half },
      ...jumps,
      { duration: '0s', target: 0 },
      { duration: `${TAIL_MS}ms`, target: 0 },
    ],
    preAllocatedVUs: vus,
    // As many as are there from the start: making more in mid-run takes the time of those at work.
    maxVUs: vus,
    env: { STRATEGY: turn.strategy },
    tags: { strategy: turn.strategy },
  }
}

function thousandfold(rate: number): number {
  return Math.round(rate * 1_000)
}

/** One call of `exec` when the measured phase begins, beside the load. */
export function snapshotScenario(turn: Turn, exec: string) {
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
