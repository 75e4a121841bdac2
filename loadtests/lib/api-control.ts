import exec from 'k6/execution'
import { type Api, ApiError, type Counters, type StrategyInfo } from './api.ts'
import { type Moment, RECORDED_COUNTERS } from './figures.ts'
import { apiCount } from './metrics.ts'

/** Runs a phase of the script; an API error ends the run with one line and exit code 108. */
export function orAbort<T>(phase: () => T): T {
  try {
    return phase()
  } catch (error) {
    if (error instanceof ApiError) exec.test.abort(error.message)
    throw error
  }
}

/**
 * The strategies as the API lists them.
 * @throws ApiError if the list differs from the expected names, or lacks a requested one
 */
export function listedStrategies(api: Api, expected: readonly string[], asked: readonly string[]): StrategyInfo[] {
  const listed = api.strategies()
  const names = listed.map((strategy) => strategy.name).filter((name) => !name.startsWith('peer:'))
  const unknown = names.filter((name) => !expected.includes(name))
  const missing = expected.filter((name) => !names.includes(name))
  if (unknown.length > 0 || missing.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
      ...(unknown.length > 0 ? [`it also has ${unknown.join(', ')}`] : []),
    ]
    throw new ApiError(
      `GET /api/strategies differs from packages/strategies/src/strategy-names.ts: ${parts.join(', and ')}; do API and script have the same version?`,
    )
  }
  const chosen = asked.map((name) => listed.find((strategy) => strategy.name === name) ?? name)
  const absent = chosen.filter((found) => typeof found === 'string')
  if (absent.length > 0) {
    throw new ApiError(`the API does not serve ${absent.join(', ')}; peers need PEERS=1 in its environment`)
  }
  return chosen.filter((found) => typeof found !== 'string')
}

/** The counters of one strategy. */
export function countersOf(stats: Record<string, Counters>, strategy: string): Counters {
  const counters = stats[strategy]
  if (!counters) throw new ApiError(`GET /api/stats has no counters for ${strategy}`)
  return counters
}

/** Records a strategy's counters for the summary. */
export function recordCounters(strategy: string, at: Moment, counters: Counters): void {
  for (const counter of RECORDED_COUNTERS) {
    const value = counters[counter]
    if (value !== undefined) apiCount.add(value, { strategy, counter, at })
  }
}

/** Applies the run's tuning to strategies with these settings; after an error, restores all. */
export function tuneAll(api: Api, strategies: readonly StrategyInfo[], tuning: Record<string, number>): void {
  const done: StrategyInfo[] = []
  try {
    for (const strategy of strategies) {
      done.push(strategy)
      tuneWhereKnown(api, strategy, tuning)
    }
  } catch (error) {
    restoreTuning(api, done, Object.keys(tuning))
    throw error
  }
}

/** Restores the settings that the run changed. */
export function restoreTuning(api: Api, strategies: readonly StrategyInfo[], changed: readonly string[]): void {
  for (const strategy of strategies) {
    const before = Object.entries(strategy.tuning).filter(([setting]) => changed.includes(setting))
    tuneWhereKnown(api, strategy, Object.fromEntries(before))
  }
}

/** Skips settings that the strategy does not have: `no-cache` has no TTL. */
function tuneWhereKnown(api: Api, { name, tuning: known }: StrategyInfo, wanted: Record<string, number>): void {
  const settings = Object.entries(wanted).filter(([setting]) => typeof known[setting] === 'number')
  if (settings.length > 0) api.tune(name, Object.fromEntries(settings))
}
