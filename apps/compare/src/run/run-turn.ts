/** Measures one strategy once: the load, the resources that the servers used, and then the probe. */
import { setTimeout as sleep } from 'node:timers/promises'
import { guaranteedReads } from 'history'
import type { ComparedStrategy, ComparisonConfig, Turn } from '../comparison.ts'
import { cpuMsOf, familyCpuMsOf, machineTime } from '../observe/cpu-time.ts'
import {
  bytesPerEntry,
  type Reading,
  type RedisUse,
  readRedis,
  usedBetween,
  withoutIdle,
} from '../observe/redis-use.ts'
import { serverCounters, sinceThen } from '../observe/server-counters.ts'
import type { K6 } from './find-k6.ts'
import { type Probed, probe } from './probe.ts'
import { reconcile } from './reconcile.ts'
import { type K6Run, type Replay, runK6 } from './run-k6.ts'
import { seedOfRun } from './run-seed.ts'
import { keyPrefixOf, type System } from './system.ts'
import { turnMeasures, type Used } from './turn-measures.ts'
import { withTuning } from './with-tuning.ts'

export interface TurnPlan {
  readonly strategy: ComparedStrategy
  readonly run: number
  readonly place: number
}

export interface Bench {
  readonly k6: K6
  readonly system: System
  readonly config: ComparisonConfig
  readonly replay: Replay | undefined
  /** What Redis is used for per second without requests. Undefined if it can't be observed. */
  readonly redisIdle: RedisUse | undefined
}

/** Does not reject if the turn fails: the turn then has the problem. @throws the signal's reason if it was stopped */
export async function runTurn(bench: Bench, plan: TurnPlan, signal: AbortSignal): Promise<Turn> {
  const { strategy, run, place } = plan
  const head = { strategy: strategy.name, run, place, startedAt: new Date().toISOString() }
  try {
    return { ...head, ...(await measured(bench, plan, signal)) }
  } catch (error) {
    signal.throwIfAborted()
    return {
      ...head,
      status: 'technical-error',
      problems: [error instanceof Error ? error.message : String(error)],
      measures: {},
      staleness: { writes: 0, windowsMs: [] },
      account: { k6: NOTHING, probe: NOTHING, server: null, agree: null },
      violations: { counts: {}, schedule: [] },
      machine: { busyBefore: null, stolen: null, idle: null },
      k6: null,
    }
  }
}

const NOTHING = { reads: 0, writes: 0, hits: 0 }

type Measured = Omit<Turn, 'strategy' | 'run' | 'place' | 'startedAt'>

async function measured(bench: Bench, { strategy, run }: TurnPlan, signal: AbortSignal): Promise<Measured> {
  const { k6, system, config, replay, redisIdle } = bench
  const { urls, adminToken, redis } = system
  const { warmupMs, measuredMs, workload } = config
  // Each run has its own operations. Repeating the same ones would repeat their chance effects.
  const target = { urls, adminToken, strategy: strategy.name, seed: seedOfRun(config.seed, run) }
  const busyBefore = await busyShare()
  // Counters are read outside what is observed: the API asks Redis for some of them.
  const counted = await serverCounters(urls, strategy.name)
  const used = await usedSoFar(system)
  const machineBefore = machineTime()
  const ended = new AbortController()
  const [load, idle] = await Promise.all([
    runK6(k6, { ...target, config, replay }, signal).finally(() => ended.abort()),
    idleShare({ fromMs: K6_STARTS_MS + warmupMs, forMs: measuredMs }, ended.signal),
  ])
  const usedInLoad = await usedSoFar(system)
  const countedInLoad = await serverCounters(urls, strategy.name)
  const entryBytes = redis === undefined ? null : await bytesPerEntry(redis, keyPrefixOf(strategy.name))
  const guaranteed = guaranteedReads(strategy.promise, urls.length)
  const probed = await withTuning({ ...target, tuning: tuningForProbe(workload) }, () =>
    probe({ ...target, guaranteed, firstId: firstProbedId(config) }, config.probe, signal),
  )
  const server = sinceThen(await serverCounters(urls, strategy.name), counted)
  const reconciliation = reconcile(load.figures, probed, server)
  const problems = problemsIn(load, reconciliation, strategy, probed)
  return {
    status: problems.length === 0 ? 'ok' : 'failed-check',
    problems,
    measures: turnMeasures({
      k6: load.figures,
      probe: probed,
      server: sinceThen(countedInLoad, counted),
      used: { ...difference(usedInLoad, used, redisIdle), bytesPerEntry: entryBytes },
      measuredMs,
    }),
    staleness: probed.staleness,
    account: reconciliation,
    violations: probed.violations,
    machine: { busyBefore, stolen: stolenShare(machineBefore), idle },
    ...(redisIdle && { redisIdle }),
    k6: load.raw,
  }
}

/** Roughly from k6's start to its first request. */
const K6_STARTS_MS = 1_000

/** The last rows of the copy. With an external API, the rows after the load's. */
function firstProbedId({ rows, workload, probe }: ComparisonConfig): number {
  return rows === null ? workload.posts + 1 : rows - probe.racedPosts - probe.quietPosts + 1
}

/** Slows loads down so that writes happen during them: the probe shows whether that does harm, not how rare it is. */
function tuningForProbe({ ttlMs, originDelayMs }: ComparisonConfig['workload']): Record<string, number> {
  return { ttlMs, originDelayMs: Math.max(originDelayMs, 25) }
}

/** Why a turn's figures can't be used. A broken guarantee is a figure, not a measurement problem. */
function problemsIn(
  { ok, figures }: K6Run,
  reconciliation: Turn['account'],
  strategy: ComparedStrategy,
  probe: Probed,
): string[] {
  const { dropped, unfinished, failures } = figures
  const problems: string[] = []
  if (dropped > 0) problems.push(`${dropped} operations were not started, since all virtual users were busy`)
  if (unfinished > 0) problems.push(`${unfinished} operations were cut off at the end`)
  const { bypassed } = figures.reads.outcomes
  if (bypassed > 0 && strategy.name !== 'no-cache') {
    problems.push(`${bypassed} of ${figures.reads.count} reads bypassed the cache, which did not answer`)
  }
  if (failures.total > 0) {
    const kinds = Object.entries(failures.byKind).map(([kind, count]) => `${count} × ${kind}`)
    problems.push(`${failures.total} operations failed: ${kinds.join(', ')}`)
  }
  if (probe.failed > 0) problems.push(`${probe.failed} of the probe's operations failed`)
  if (reconciliation.agree === false) {
    const { k6, probe: asked, server } = reconciliation
    const sums = (['reads', 'writes', 'hits'] as const).map(
      (name) => `${name} ${k6[name]} + ${asked[name]} ≠ ${server![name]}`,
    )
    problems.push(
      `the counts of load + probe and of the server differ (${sums.join('; ')}): did another client use ${strategy.name}?`,
    )
  }
  if (!ok && problems.length === 0) problems.push('a threshold of the load test failed')
  return problems
}

interface Total {
  readonly redis: Reading | undefined
  readonly apiCpuMs: number | undefined
  readonly postgresCpuMs: number | undefined
}

async function usedSoFar({ pids, redis }: System): Promise<Total> {
  const api = pids?.api.map(cpuMsOf)
  return {
    redis: redis && (await readRedis(redis)),
    apiCpuMs: api?.reduce<number | undefined>(
      (sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms),
      0,
    ),
    postgresCpuMs: pids?.postgres === undefined ? undefined : familyCpuMsOf(pids.postgres),
  }
}

function difference(after: Total, before: Total, redisIdle: RedisUse | undefined): Omit<Used, 'bytesPerEntry'> {
  const cpuMs = (name: 'apiCpuMs' | 'postgresCpuMs') =>
    after[name] === undefined || before[name] === undefined ? undefined : after[name] - before[name]
  const redis =
    before.redis && after.redis && redisIdle && withoutIdle(usedBetween(before.redis, after.redis), redisIdle)
  return {
    redisCommands: redis?.commands,
    redisBytes: redis?.bytes,
    redisCpuMs: redis?.cpuMs,
    apiCpuMs: cpuMs('apiCpuMs'),
    postgresCpuMs: cpuMs('postgresCpuMs'),
  }
}

const LOOK_FOR_MS = 400

/** Share of the machine's CPU time that other processes use before the measurement. */
async function busyShare(): Promise<number | null> {
  const before = machineTime()
  await sleep(LOOK_FOR_MS)
  return busyBetween(before, machineTime())
}

/** Share of the machine's CPU time that was idle in the measured phase. Null if the load ended before it. */
async function idleShare({ fromMs, forMs }: { fromMs: number; forMs: number }, ended: AbortSignal) {
  const wait = (ms: number) => sleep(ms, undefined, { signal: ended }).catch(() => {})
  await wait(fromMs)
  if (ended.aborted) return null
  const before = machineTime()
  await wait(forMs)
  const busy = busyBetween(before, machineTime())
  return busy === null ? null : 1 - busy
}

function busyBetween(before: ReturnType<typeof machineTime>, after: ReturnType<typeof machineTime>): number | null {
  return before && after ? (after.busy - before.busy) / Math.max(1, after.all - before.all) : null
}

function stolenShare(before: ReturnType<typeof machineTime>): number | null {
  const after = machineTime()
  return before && after ? (after.stolen - before.stolen) / Math.max(1, after.all - before.all) : null
}
