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
  ratePerSecond: number
  vus: number
  /** Name of the function that the entry file exports. */
  exec: string
}

/**
 * Open model: operations begin at a steady rate whether or not earlier ones have ended, as visitors do. With a fixed
 * number of patient clients, a slow strategy would be asked less and look better than it is.
 *
 * Warm-up and measured phase are one scenario without a pause between them: in a pause, entries would go on ageing
 * unread, and the first seconds would show too many misses.
 */
export function loadScenario(turn: Turn, { ratePerSecond, vus, exec }: LoadOptions) {
  return {
    executor: 'constant-arrival-rate' as const,
    exec,
    startTime: `${turn.warmupAtMs}ms`,
    duration: `${turn.endsAtMs - turn.warmupAtMs - DRAIN_MS}ms`,
    gracefulStop: `${DRAIN_MS}ms`,
    rate: ratePerSecond,
    timeUnit: '1s',
    preAllocatedVUs: vus,
    // As many as are there from the start: making more in mid-run takes the time of those at work.
    maxVUs: vus,
    env: { STRATEGY: turn.strategy },
    tags: { strategy: turn.strategy },
  }
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
