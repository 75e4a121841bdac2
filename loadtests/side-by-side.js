/**
 * Every strategy under the same load, one after another: `k6 run loadtests/*.js`.
 *
 * All operations follow from SEED, so each strategy is given the very same ones. What can be tuned with `-e NAME=value`
 * stands in lib/side-by-side-options.ts; results/README.md explains the figures.
 */
import exec from 'k6/execution'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { createMix, operationAt } from '../packages/workload/src/index.ts'
import { ApiError, connect } from './lib/api.ts'
import { explained } from './lib/env.ts'
import { strategyFigures } from './lib/figures.ts'
import { unfinished } from './lib/metrics.ts'
import { OUTCOMES } from './lib/outcomes.ts'
import { noteBalance, recordRead, recordWrite } from './lib/record.ts'
import { readList, readPost, renamePost } from './lib/requests.ts'
import { resultFile } from './lib/results.ts'
import { loadScenario, scenarioName, snapshotScenario, turns } from './lib/schedule.ts'
import { sideBySideOptions } from './lib/side-by-side-options.ts'
import { sideBySideReport } from './lib/side-by-side-report.ts'
import { sideBySideResult } from './lib/side-by-side-result.ts'
import { countersOf, listedStrategies, noteCounters, orAbort, restoreTuning, tuneAll } from './lib/steering.ts'
import { selectorsReadBy, TREND_STATS, withoutFigures } from './lib/summary.ts'

const config = explained(() => sideBySideOptions(__ENV, strategyNames))
const api = connect(config.baseUrl, config.adminToken)
const tuning = {
  ttlMs: config.ttlMs,
  ...(config.originDelayMs === null ? {} : { originDelayMs: config.originDelayMs }),
}
const mix = createMix({
  items: config.posts,
  exponent: config.zipf,
  writeShare: config.writeRatio,
  listShare: config.listRatio,
})
const warmupOperations = (config.ratePerSecond * config.warmupMs) / 1000
const schedule = turns(config.strategies, config.warmupMs, config.durationMs)

export const options = {
  scenarios: Object.fromEntries(
    schedule.flatMap((turn) => {
      const name = scenarioName(turn.strategy)
      const load = loadScenario(turn, { ratePerSecond: config.ratePerSecond, vus: config.vus, exec: 'operate' })
      // Without a warm-up, the counters at the start of the run are those at the start of the measured phase.
      return config.warmupMs === 0
        ? [[name, load]]
        : [
            [name, load],
            [`${name}-middle`, snapshotScenario(turn, 'noteMiddle')],
          ]
    }),
  ),
  thresholds: {
    ...Object.fromEntries(
      config.strategies.flatMap((name) =>
        selectorsReadBy((summary) => strategyFigures(name, summary)).map((selector) => [selector, []]),
      ),
    ),
    ...Object.fromEntries(
      config.strategies.flatMap((strategy) =>
        OUTCOMES.map((outcome) => [`balance{strategy:${strategy},outcome:${outcome}}`, ['count==0']]),
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

export function setup() {
  return orAbort(() => {
    const strategies = listedStrategies(api, strategyNames, config.strategies)
    const stats = api.stats()
    for (const { name } of strategies) {
      noteCounters(name, 'start', countersOf(stats, name))
      if (config.warmupMs === 0) noteCounters(name, 'middle', countersOf(stats, name))
      // Counted like any other read, so that the account still balances.
      const last = readPost({ ...config, strategy: name }, config.posts)
      recordRead(name, 'warmup', 'read', last)
      if ('failure' in last) {
        throw new ApiError(
          `GET /api/posts/${config.posts}?strategy=${name} failed (${last.failure}): if there are fewer than ` +
            `${config.posts} posts, run "npx -y pnpm@12 load-posts --count ${config.posts}" or give -e POSTS=…`,
        )
      }
    }
    for (const { name } of strategies) api.flush(name)
    // Last, since k6 runs no teardown when setup fails.
    tuneAll(api, strategies, tuning)
    return { strategies, stats, k6Version: api.k6Version() }
  })
}

/** One operation of the load: which, depends on nothing but its number. */
export function operate() {
  const strategy = String(__ENV.STRATEGY)
  const n = exec.scenario.iterationInTest
  const phase = n < warmupOperations ? 'warmup' : 'measured'
  const target = { ...config, strategy }
  const operation = operationAt(config.seed, n, mix)
  unfinished.add(1, { strategy })
  if (operation.kind === 'list') recordRead(strategy, phase, 'list', readList(target))
  else if (operation.kind === 'read') recordRead(strategy, phase, 'read', readPost(target, operation.id))
  else recordWrite(strategy, phase, renamePost(target, operation.id, `Post ${operation.id}, renamed by operation ${n}`))
  unfinished.add(-1, { strategy })
}

/** Where the warm-up ends and the measured phase begins, for what only the API knows: loads, fills, invalidations. */
export function noteMiddle() {
  const strategy = String(__ENV.STRATEGY)
  orAbort(() => noteCounters(strategy, 'middle', countersOf(api.stats(), strategy)))
}

/** @param {import('./lib/side-by-side-result.ts').SetupData} found */
export function teardown({ strategies, stats: before }) {
  orAbort(() => {
    // All operations are over, and a strategy is asked only in its own turn: what the API has counted since the start
    // has to be what k6 counted.
    const after = api.stats()
    for (const { name: strategy } of strategies) {
      const counters = countersOf(after, strategy)
      noteCounters(strategy, 'end', counters)
      noteBalance(strategy, countersOf(before, strategy), counters)
    }
    restoreTuning(api, strategies, Object.keys(tuning))
  })
}

/** @param {import('./lib/summary.ts').SummaryData & { setup_data: import('./lib/side-by-side-result.ts').SetupData }} data */
export function handleSummary(data) {
  const nothing = withoutFigures(data)
  if (nothing) return nothing
  const result = sideBySideResult(data, config, data.setup_data, new Date())
  const file = resultFile(__ENV, 'side-by-side.json')
  return { stdout: `${sideBySideReport(result)}JSON: ${file}\n`, [file]: `${JSON.stringify(result, null, 2)}\n` }
}
