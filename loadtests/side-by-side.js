/**
 * Every strategy under the same load, one after another: `k6 run loadtests/*.js`.
 *
 * SEED determines all operations, so every strategy gets the same ones. lib/side-by-side-options.ts lists the options for
 * `-e NAME=value`; results/README.md explains the figures.
 */
import exec from 'k6/execution'
import { CEILING, strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { countersOf, orAbort, recordCounters } from './lib/api-control.ts'
import { explained } from './lib/env.ts'
import { execute } from './lib/execute.ts'
import { strategyFigures } from './lib/figures.ts'
import { connectAll } from './lib/fleet.ts'
import { deleteInserted, findLastId } from './lib/inserted.ts'
import { lagMeter } from './lib/lag.ts'
import { unfinished } from './lib/metrics.ts'
import { openRecording } from './lib/open-recording.ts'
import { READ_OPS, RECONCILED } from './lib/outcomes.ts'
import { findMissing } from './lib/present-posts.ts'
import { recordBalance } from './lib/record.ts'
import { refuseOverride, resultFile } from './lib/results.ts'
import { LEAD_MS, loadScenario, scenarioName, snapshotScenario, turns } from './lib/schedule.ts'
import { sideBySideOptions } from './lib/side-by-side-options.ts'
import { sideBySidePlan } from './lib/side-by-side-plan.ts'
import { sideBySideReport } from './lib/side-by-side-report.ts'
import { sideBySideResult } from './lib/side-by-side-result.ts'
import { stampedeSlices } from './lib/stampede.ts'
import { withoutFigures } from './lib/summary.ts'
import { bypassThresholds, sharedOptions, sharedThresholds } from './lib/thresholds.ts'
import { warmCeiling } from './lib/warm-ceiling.ts'

const { config, plan } = explained(() => {
  const recording = openRecording(__ENV)
  const config = sideBySideOptions(__ENV, strategyNames, recording)
  return { config, plan: sideBySidePlan(config, recording) }
})
const fleet = connectAll(config.baseUrls, config.adminToken)
const tuning = { ttlMs: config.ttlMs, originDelayMs: config.originDelayMs }
const slices = plan.hotId === null ? null : stampedeSlices(config.durationMs, config.originDelayMs)
const context = { slices, measuredMs: config.durationMs }
const file = explained(() => resultFile(__ENV, 'side-by-side.json'))

/** Only the first run of this file, before the virtual users exist, needs the options. */
export const options = __VU === 0 ? optionsOfRun() : {}

function optionsOfRun() {
  return {
    ...sharedOptions,
    scenarios: Object.fromEntries(
      turns(config.strategies, config.warmupMs, config.durationMs).flatMap((turn) => {
        const name = scenarioName(turn.strategy)
        const load = loadScenario(turn, { stages: plan.stages, vus: config.vus, exec: 'operate' })
        // Without a warm-up, the measured phase starts with the run, and setup records its counters.
        return config.warmupMs === 0
          ? [[name, load]]
          : [
              [name, load],
              [`${name}-middle`, snapshotScenario(turn, 'recordMiddle')],
            ]
      }),
    ),
    thresholds: {
      ...sharedThresholds((summary) => config.strategies.map((name) => strategyFigures(name, context, summary))),
      ...Object.fromEntries(
        config.strategies.flatMap((strategy) =>
          RECONCILED.map((outcome) => [`balance{strategy:${strategy},outcome:${outcome}}`, ['count==0']]),
        ),
      ),
      ...bypassThresholds(
        config.strategies,
        READ_OPS.map((op) => `,phase:measured,op:${op}`),
      ),
    },
    // Inserted posts are deleted one by one.
    teardownTimeout: '10m',
  }
}

/** @param {string} strategy @param {number} n the operation's number: operations go to the processes in turn */
function targetOf(strategy, n) {
  const { baseUrls, acceptEncoding } = config
  const baseUrl = /** @type {string} */ (baseUrls[n % baseUrls.length])
  return { baseUrl, acceptEncoding, strategy, knowsAllWrites: baseUrls.length === 1 }
}

/** k6 calls this instead of the scenarios above when `--vus`, `--duration` etc. are given; setup refuses that. */
export default function overridden() {}

export function setup() {
  return orAbort(() => {
    refuseOverride()
    const listed = fleet.listed(strategyNames, config.strategies)
    const stats = fleet.stats(config.strategies)
    /** @type {Record<string, number>} */
    const lastIds = {}
    /** @type {Record<string, number[]>} */
    const missing = {}
    for (const strategy of config.strategies) {
      recordCounters(strategy, 'start', countersOf(stats, strategy))
      // Counted like any other read, so that the counters still agree.
      const target = targetOf(strategy, 0)
      missing[strategy] = findMissing(target, config.posts)
      if (plan.inserts > 0) lastIds[strategy] = findLastId(target)
      fleet.flush(strategy)
      if (strategy === CEILING) {
        const targets = config.baseUrls.map((_, at) => targetOf(strategy, at))
        warmCeiling(targets, plan, { posts: config.posts, missing: new Set(missing[strategy]) })
      }
      // The reads above are not measured.
      if (config.warmupMs === 0) {
        recordCounters(strategy, 'middle', countersOf(fleet.stats([strategy]), strategy))
      }
    }
    // Last, since k6 runs no teardown when setup fails.
    fleet.tune(listed, tuning)
    return { listed, stats, lastIds, missing, k6Version: fleet.k6Version() }
  })
}

const lagMs = lagMeter()

/** @type {Record<string, Set<number>>} created once per virtual user */
const missingSets = {}

/** @param {string} strategy @param {Record<string, number[]>} missing */
function missingOf(strategy, missing) {
  missingSets[strategy] ??= new Set(missing[strategy])
  return missingSets[strategy]
}

/**
 * Carries out one operation of the load, which depends only on its number.
 * @param {import('./lib/side-by-side-result.ts').SetupData} found
 */
export function operate({ lastIds, missing }) {
  const n = exec.scenario.iterationInTest
  if (n >= plan.operations) return
  const strategy = String(__ENV.STRATEGY)
  const sinceStartMs = Date.now() - exec.scenario.startTime - LEAD_MS
  const lag = lagMs(strategy, sinceStartMs - plan.timeAtMs(n))
  unfinished.add(1, { strategy })
  execute(plan.operationAt(n), n, {
    target: targetOf(strategy, n),
    phase: n < plan.warmupOperations ? 'warmup' : 'measured',
    lagMs: lag,
    measuredForMs: sinceStartMs - config.warmupMs,
    posts: config.posts,
    missing: missingOf(strategy, missing),
    lastId: lastIds[strategy] ?? config.posts,
    hot: slices && plan.hotId !== null ? { id: plan.hotId, slices } : null,
  })
  unfinished.add(-1, { strategy })
}

/** Records the API's own counters (loads, fills, invalidations) at the start of the measured phase. */
export function recordMiddle() {
  const strategy = String(__ENV.STRATEGY)
  orAbort(() => recordCounters(strategy, 'middle', countersOf(fleet.stats([strategy]), strategy)))
}

/** @param {import('./lib/side-by-side-result.ts').SetupData} found */
export function teardown({ listed, stats: before, lastIds }) {
  orAbort(() => {
    const after = fleet.stats(config.strategies)
    for (const strategy of config.strategies) recordCounters(strategy, 'end', countersOf(after, strategy))
    for (const [strategy, lastId] of Object.entries(lastIds)) {
      deleteInserted(targetOf(strategy, 0), lastId, plan.inserts)
    }
    // All operations have ended, and a strategy gets requests only in its own turn, so the API's counts since the start
    // must equal k6's.
    const settled = plan.inserts > 0 ? fleet.stats(config.strategies) : after
    for (const strategy of config.strategies) {
      recordCounters(strategy, 'settled', countersOf(settled, strategy))
      recordBalance(strategy, countersOf(before, strategy), countersOf(settled, strategy))
    }
    fleet.restore(listed, Object.keys(tuning))
  })
}

/** @param {import('./lib/summary.ts').SummaryData & { setup_data: import('./lib/side-by-side-result.ts').SetupData }} data */
export function handleSummary(data) {
  const nothing = withoutFigures(data)
  if (nothing) return nothing
  const result = sideBySideResult(data, config, data.setup_data, context, new Date())
  return { stdout: `${sideBySideReport(result)}JSON: ${file}\n`, [file]: `${JSON.stringify(result, null, 2)}\n` }
}
