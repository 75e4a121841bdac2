/**
 * One popular post, a short TTL and a slow database: how many loads does each expiry set off?
 * `k6 run loadtests/hot-key-expiry.ts`. What can be tuned with `-e NAME=value` stands in lib/hot-key-options.ts.
 *
 * An API of one process coalesces the loads of a process by itself; run several against one Redis to see strategies
 * differ, e.g. with WORKERS=4.
 */
import exec from 'k6/execution'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { connect, type StrategyInfo } from './lib/api.ts'
import { explained } from './lib/env.ts'
import { slicesFor } from './lib/expiries.ts'
import { hotKeyOptions } from './lib/hot-key-options.ts'
import { hotKeyFigures, hotKeyReport, hotKeyResult } from './lib/hot-key-report.ts'
import { loadsBegun, unfinished } from './lib/metrics.ts'
import { recordRead } from './lib/record.ts'
import { readPost } from './lib/requests.ts'
import { resultFile } from './lib/results.ts'
import { loadScenario, scenarioName, turns } from './lib/schedule.ts'
import { countersOf, listedStrategies, noteCounters, orAbort, restoreTuning, tuneAll } from './lib/steering.ts'
import { type SummaryData, selectorsReadBy, TREND_STATS, withoutFigures } from './lib/summary.ts'

const config = explained(() => hotKeyOptions(__ENV, strategyNames))
const api = connect(config.baseUrl, config.adminToken)
const tuning = { ttlMs: config.ttlMs, originDelayMs: config.originDelayMs }
const { sliceMs } = slicesFor(config.durationMs, config.ttlMs)

export const options = {
  scenarios: Object.fromEntries(
    turns(config.strategies, 0, config.durationMs).map((turn) => [
      scenarioName(turn.strategy),
      loadScenario(turn, { ratePerSecond: config.ratePerSecond, vus: config.vus, exec: 'readHotPost' }),
    ]),
  ),
  thresholds: {
    ...Object.fromEntries(
      config.strategies.flatMap((name) =>
        selectorsReadBy((summary) => hotKeyFigures(name, config, summary)).map((selector) => [selector, []]),
      ),
    ),
    failures: ['count<1', { threshold: 'count<100', abortOnFail: true }],
    dropped_iterations: ['count<1'],
    unfinished: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
  discardResponseBodies: true,
  throw: true,
}

interface SetupData {
  /** As the API listed them before the run, so with the tuning to go back to. */
  strategies: StrategyInfo[]
}

export function setup(): SetupData {
  return orAbort(() => {
    const strategies = listedStrategies(api, strategyNames, config.strategies)
    const stats = api.stats()
    for (const { name } of strategies) {
      noteCounters(name, 'start', countersOf(stats, name))
      api.flush(name)
    }
    // Last, since k6 runs no teardown when setup fails.
    tuneAll(api, strategies, tuning)
    return { strategies }
  })
}

export function readHotPost() {
  const strategy = String(__ENV.STRATEGY)
  unfinished.add(1, { strategy })
  const sinceStart = Date.now() - exec.scenario.startTime
  const answer = readPost({ ...config, strategy }, config.post)
  recordRead(strategy, 'measured', 'read', answer)
  if ('outcome' in answer && answer.outcome === 'misses') {
    loadsBegun.add(1, { strategy, slice: String(Math.max(0, Math.floor(sinceStart / sliceMs))) })
  }
  unfinished.add(-1, { strategy })
}

export function teardown({ strategies }: SetupData) {
  orAbort(() => {
    const stats = api.stats()
    for (const { name } of strategies) noteCounters(name, 'end', countersOf(stats, name))
    restoreTuning(api, strategies, Object.keys(tuning))
  })
}

export function handleSummary(data: SummaryData & { setup_data?: SetupData }) {
  const nothing = withoutFigures(data)
  if (nothing) return nothing
  const result = hotKeyResult(data, config, new Date())
  const file = resultFile(__ENV, 'hot-key-expiry.json')
  return { stdout: `${hotKeyReport(result)}Written to ${file}\n`, [file]: `${JSON.stringify(result, null, 2)}\n` }
}
