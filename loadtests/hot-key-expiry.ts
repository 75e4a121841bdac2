/**
 * One popular post, a short TTL and a slow database: how many loads does each expiry cause, and how many reads wait?
 * `k6 run loadtests/hot-key-expiry.ts`. lib/hot-key-options.ts lists the options for `-e NAME=value`.
 *
 * Under every strategy, an API process coalesces its own loads: strategies differ only with several processes. Start
 * them with `npx -y pnpm@12 dev --processes 4`, which prints the BASE_URL to pass.
 */
import exec from 'k6/execution'
import { strategyNames } from '../packages/strategies/src/strategy-names.ts'
import { timetable } from '../packages/workload/src/index.ts'
import type { StrategyInfo } from './lib/api.ts'
import { countersOf, orAbort, recordCounters } from './lib/api-control.ts'
import { explained } from './lib/env.ts'
import { slicesFor } from './lib/expiries.ts'
import type { Moment } from './lib/figures.ts'
import { connectAll } from './lib/fleet.ts'
import { hotKeyOptions } from './lib/hot-key-options.ts'
import { COLD_START_TTLS, hotKeyFigures, hotKeyReport, hotKeyResult } from './lib/hot-key-report.ts'
import { lagMeter } from './lib/lag.ts'
import { loadsBegun, unfinished, waitedAtExpiry } from './lib/metrics.ts'
import { servedBy } from './lib/outcomes.ts'
import { requirePost } from './lib/present-posts.ts'
import { recordRead } from './lib/record.ts'
import { readPost } from './lib/requests.ts'
import { refuseOverride, resultFile } from './lib/results.ts'
import { LEAD_MS, loadScenario, scenarioName, turns } from './lib/schedule.ts'
import { type SummaryData, withoutFigures } from './lib/summary.ts'
import { bypassThresholds, sharedOptions, sharedThresholds } from './lib/thresholds.ts'

const config = explained(() => hotKeyOptions(__ENV, strategyNames))
const fleet = connectAll(config.baseUrls, config.adminToken)
const file = explained(() => resultFile(__ENV, 'hot-key-expiry.json'))
const tuning = { ttlMs: config.ttlMs, originDelayMs: config.originDelayMs }
const { sliceMs } = slicesFor(config.durationMs, config.ttlMs)
const stages = [{ ratePerSecond: config.ratePerSecond, durationMs: config.durationMs }]
const times = timetable(stages)

export const options = {
  ...sharedOptions,
  scenarios: Object.fromEntries(
    turns(config.strategies, 0, config.durationMs).map((turn) => [
      scenarioName(turn.strategy),
      loadScenario(turn, { stages, vus: config.vus, exec: 'readHotPost' }),
    ]),
  ),
  thresholds: {
    ...sharedThresholds((summary) => config.strategies.map((name) => hotKeyFigures(name, config, summary))),
    ...bypassThresholds(config.strategies, ['']),
  },
}

interface SetupData {
  /** The strategies as each process listed them before the run, with the tuning to restore. */
  listed: StrategyInfo[][]
}

/** k6 calls this instead of the scenarios above when `--vus`, `--duration` etc. are given; setup refuses that. */
export default function overridden() {}

export function setup(): SetupData {
  return orAbort(() => {
    refuseOverride()
    const listed = fleet.listed(strategyNames, config.strategies)
    const [baseUrl, { acceptEncoding }] = [config.baseUrls[0]!, config]
    for (const strategy of config.strategies) {
      requirePost({ baseUrl, strategy, acceptEncoding, knowsAllWrites: false }, config.post)
    }
    recordLoads('start')
    for (const name of config.strategies) fleet.flush(name)
    // Last, since k6 runs no teardown when setup fails.
    fleet.tune(listed, tuning)
    return { listed }
  })
}

/** Records the total loads of all processes. */
function recordLoads(at: Moment) {
  const stats = fleet.stats(config.strategies)
  for (const name of config.strategies) recordCounters(name, at, { loads: countersOf(stats, name).loads! })
}

const lagMs = lagMeter()

export function readHotPost() {
  const n = exec.scenario.iterationInTest
  if (n >= times.operations) return
  const strategy = String(__ENV.STRATEGY)
  const sinceStart = Date.now() - exec.scenario.startTime - LEAD_MS
  const lag = lagMs(strategy, sinceStart - times.timeAtMs(n))
  unfinished.add(1, { strategy })
  const baseUrl = config.baseUrls[n % config.baseUrls.length]!
  const target = { baseUrl, strategy, acceptEncoding: config.acceptEncoding, knowsAllWrites: true }
  const answer = readPost(target, config.post)
  recordRead(strategy, 'measured', 'read', answer, lag)
  if ('outcome' in answer && answer.outcome === 'misses') {
    loadsBegun.add(1, { strategy, slice: String(Math.max(0, Math.floor(sinceStart / sliceMs))) })
  }
  if ('outcome' in answer && servedBy(answer.outcome) === 'database' && sinceStart >= COLD_START_TTLS * config.ttlMs) {
    waitedAtExpiry.add(1, { strategy })
  }
  unfinished.add(-1, { strategy })
}

export function teardown({ listed }: SetupData) {
  orAbort(() => {
    recordLoads('end')
    fleet.restore(listed, Object.keys(tuning))
  })
}

export function handleSummary(data: SummaryData & { setup_data?: SetupData }) {
  const nothing = withoutFigures(data)
  if (nothing) return nothing
  const result = hotKeyResult(data, config, new Date())
  return { stdout: `${hotKeyReport(result)}JSON: ${file}\n`, [file]: `${JSON.stringify(result, null, 2)}\n` }
}
