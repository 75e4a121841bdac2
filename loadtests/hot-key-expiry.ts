/**
 * One popular post, a short TTL and a slow database: how many loads does each expiry set off?
 * `k6 run loadtests/hot-key-expiry.ts`. What can be tuned with `-e NAME=value` stands in lib/hot-key-options.ts.
 *
 * A process of the API coalesces its own loads, whatever the strategy: differences show between processes. Start
 * several on one Redis and name them all: `-e BASE_URL=http://127.0.0.1:3000,http://127.0.0.1:3001`.
 */
import exec from 'k6/execution'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { connect, type StrategyInfo } from './lib/api.ts'
import { explained } from './lib/env.ts'
import { slicesFor } from './lib/expiries.ts'
import type { Moment } from './lib/figures.ts'
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
const apis = config.baseUrls.map((baseUrl) => connect(baseUrl, config.adminToken))
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
  /** As each process listed them before the run, so with the tuning to go back to. */
  strategies: StrategyInfo[][]
}

export function setup(): SetupData {
  return orAbort(() => {
    const strategies = apis.map((api) => listedStrategies(api, strategyNames, config.strategies))
    noteLoads('start')
    for (const name of config.strategies) for (const api of apis) api.flush(name)
    // Last, since k6 runs no teardown when setup fails.
    apis.forEach((api, at) => {
      tuneAll(api, strategies[at]!, tuning)
    })
    return { strategies }
  })
}

/** The loads of all processes together. */
function noteLoads(at: Moment) {
  const stats = apis.map((api) => api.stats())
  for (const name of config.strategies) {
    const loads = stats.reduce((sum, ofOne) => sum + countersOf(ofOne, name).loads!, 0)
    noteCounters(name, at, { loads })
  }
}

export function readHotPost() {
  const strategy = String(__ENV.STRATEGY)
  unfinished.add(1, { strategy })
  const sinceStart = Date.now() - exec.scenario.startTime
  const baseUrl = config.baseUrls[exec.scenario.iterationInTest % config.baseUrls.length]!
  const answer = readPost({ ...config, baseUrl, strategy }, config.post)
  recordRead(strategy, 'measured', 'read', answer)
  if ('outcome' in answer && answer.outcome === 'misses') {
    loadsBegun.add(1, { strategy, slice: String(Math.max(0, Math.floor(sinceStart / sliceMs))) })
  }
  unfinished.add(-1, { strategy })
}

export function teardown({ strategies }: SetupData) {
  orAbort(() => {
    noteLoads('end')
    apis.forEach((api, at) => {
      restoreTuning(api, strategies[at]!, Object.keys(tuning))
    })
  })
}

export function handleSummary(data: SummaryData & { setup_data?: SetupData }) {
  const nothing = withoutFigures(data)
  if (nothing) return nothing
  const result = hotKeyResult(data, config, new Date())
  const file = resultFile(__ENV, 'hot-key-expiry.json')
  return { stdout: `${hotKeyReport(result)}JSON: ${file}\n`, [file]: `${JSON.stringify(result, null, 2)}\n` }
}
