/** One drill from start to end: start servers, read resources, load, break, repair, read resources again, check. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Guaranteed, guaranteedBy, monotonicMs, type Operation, writeHistory } from 'history'
import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import { ANSWER_WITHIN_MS, type CheckResult, checkOperations, type Fault, type Span } from './check-operations.ts'
import type { DrillDatabases } from './database.ts'
import type { Drill, TestSystem } from './drill.ts'
import { startLoad } from './load.ts'
import { warningsOf } from './log-lines.ts'
import { untilStored } from './post-writers.ts'
import { leaks, type Resources, readResources, untilReleased } from './resources.ts'
import { type DrillServers, startServers } from './start-servers.ts'
import { within } from './until.ts'
import { untilHits } from './until-hits.ts'

export interface DrillReport {
  readonly drill: Drill
  /** By strategy. Empty if the drill failed before the check. */
  readonly results: ReadonlyMap<StrategyName, CheckResult>
  /** From the repair, or from a permanent fault, to the first hit of every strategy in every API process, in ms. */
  readonly hitsAgainMs: number
  /** Of each API process that still runs at the end. */
  readonly resources: readonly { readonly before: Resources; readonly after: Resources }[]
  /** How often the API processes logged each warning and error. */
  readonly warnings: ReadonlyMap<string, number>
  /** Observations of the drill itself. */
  readonly notes: readonly string[]
  /** One line for each thing that did not hold; empty: the drill held. */
  readonly problems: readonly string[]
  readonly tookMs: number
}

export interface DrillOptions {
  /** Of the clients. Default 1. */
  readonly seed?: number
  /** Folder for histories that did not hold. Default: they are not kept. */
  readonly keepIn?: string
}

const DEFAULT_STRATEGIES: readonly StrategyName[] = [
  'manual-invalidation',
  'write-through',
  'stampede-lock',
  'stale-while-revalidate',
  'xfetch',
  'refresh-ahead',
]
/** Operations before the fault, and after the repair. */
const AROUND = 150
const INJECT_WITHIN_MS = 40_000
const HITS_AGAIN_WITHIN_MS = 10_000
const STORED_WITHIN_MS = 10_000

/** Never rejects because of a fault: that becomes a problem in the report. */
export async function runDrill(
  drill: Drill,
  databases: DrillDatabases,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const startedAt = performance.now()
  const found: Omit<DrillReport, 'tookMs'> & { problems: string[]; notes: string[] } = {
    drill,
    results: new Map(),
    hitsAgainMs: Number.NaN,
    resources: [],
    warnings: new Map(),
    notes: [],
    problems: [],
  }
  try {
    const servers = await startServers(drill, databases)
    try {
      Object.assign(found, await injectInto(servers, drill, databases, options, found))
    } finally {
      await servers.stop()
    }
  } catch (error) {
    found.problems.push(reasonOf(error))
  }
  return { ...found, tookMs: performance.now() - startedAt }
}

async function injectInto(
  servers: DrillServers,
  drill: Drill,
  databases: DrillDatabases,
  { seed = 1, keepIn }: DrillOptions,
  { problems, notes }: { problems: string[]; notes: string[] },
): Promise<Partial<DrillReport>> {
  const { strategies = DEFAULT_STRATEGIES, answerWithinMs = ANSWER_WITHIN_MS } = drill
  const { hitsAgainWithinMs = HITS_AGAIN_WITHIN_MS } = drill
  const { apis, copy } = servers
  await Promise.all(apis.map((api) => warmUp(api, strategies)))
  const before = new Map(await Promise.all(apis.map(async (api) => [api, await readResources(api)] as const)))
  const promises = await guaranteedBy(apis.map(({ url }) => url))
  const promised = new Map(promises.map(({ strategy, promised }) => [strategy, promised]))
  const loaded = drill.loaded?.(apis) ?? apis
  const load = startLoad({
    urls: loaded.map(({ url }) => url),
    strategies,
    seed,
    stuckAfterMs: answerWithinMs + 3_000,
    async versionInDatabase(strategy, id) {
      if (strategy === 'write-behind') await untilStored(apis.find(isRunning)!.url, STORED_WITHIN_MS)
      return copy.versionOf(strategy, id)
    },
  })
  const spans: Span[] = []
  let mendingFrom: number | undefined
  let brokenFrom: number | undefined
  let hitsAgainAt: number | undefined
  const system: TestSystem = {
    ...servers,
    memcached: servers.memcached!,
    toxicProxy: servers.toxicProxy!,
    tcpProxy: servers.tcpProxy!,
    postgres: databases.server,
    database: copy.client,
    versionInDatabase: copy.versionOf,
    load,
    strategies,
    async untilHits() {
      await untilHits(servers.apis.filter(isRunning), strategies)
      if (brokenFrom !== undefined) hitsAgainAt ??= monotonicMs()
    },
    async mend(work) {
      mendingFrom ??= monotonicMs()
      return await work()
    },
    async breakForGood(work) {
      brokenFrom ??= monotonicMs()
      return await work()
    },
    async span(work) {
      const from = monotonicMs()
      try {
        return await work()
      } finally {
        spans.push({ from, to: monotonicMs() })
      }
    },
    note: (line) => notes.push(line),
    problem: (line) => problems.push(line),
  }
  let fault: Fault
  let histories: Map<StrategyName, readonly Operation[]>
  let hitsAgainMs = Number.NaN
  try {
    await load.more(AROUND)
    const from = monotonicMs()
    const failure = await failureOf(within('the fault', INJECT_WITHIN_MS, drill.inject(system)))
    fault = {
      from: brokenFrom ?? from,
      to: monotonicMs(),
      ...(mendingFrom !== undefined && { mendingFrom }),
      ...(spans.length > 0 && { spans }),
    }
    if (failure === undefined) {
      await system.untilHits()
      hitsAgainMs = (hitsAgainAt ?? monotonicMs()) - (brokenFrom ?? fault.to)
      await load.more(AROUND)
    } else {
      problems.push(failure)
    }
  } finally {
    histories = await load.stop()
  }

  if (hitsAgainMs > hitsAgainWithinMs)
    problems.push(`hits again after ${hitsAgainMs.toFixed(0)} ms, allowed ${hitsAgainWithinMs}`)
  const results = new Map<StrategyName, CheckResult>()
  for (const [strategy, operations] of histories) {
    const result = checkOperations(drill, operations, promised.get(strategy)!, fault)
    results.set(strategy, result)
    if (result.problems.length === 0) continue
    for (const problem of result.problems) problems.push(`${strategy}: ${problem}`)
    if (keepIn !== undefined)
      problems.push(`  kept: ${await keep(keepIn, { drill, strategy, operations, promised, seed, fault })}`)
  }
  for (const api of servers.apis) problems.push(...unexpectedExit(api))
  const resources = await Promise.all(
    servers.apis
      .filter((api) => before.has(api) && isRunning(api))
      .map(async (api) => ({
        before: before.get(api)!,
        after: await untilReleased(api, before.get(api)!),
      })),
  )
  for (const { before, after } of resources) problems.push(...leaks(before, after))
  return { results, hitsAgainMs, resources, warnings: warningsOf(servers.apis) }
}

/** Drills kill by signal, so a process with an exit code ended by itself. */
function unexpectedExit({ child, output }: ApiProcess): string[] {
  if (child.exitCode === null) return []
  const last = output().trim().split('\n').slice(-5).join('\n  ')
  return [`an API process ended by itself, with ${child.exitCode}. Its last lines:\n  ${last}`]
}

async function failureOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** With causes, since `fetch failed` alone does not explain anything. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`
}

function isRunning({ child }: ApiProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** Opens connections and compiles code before anything is counted. */
async function warmUp({ url }: ApiProcess, strategies: readonly StrategyName[]): Promise<void> {
  const ask = async (path: string, init?: RequestInit) => {
    await (
      await fetch(url + path, { ...init, headers: { Connection: 'close', 'Content-Type': 'application/json' } })
    ).text()
  }
  for (const strategy of strategies) {
    const reads = Array.from({ length: 30 }, (_, i) => ask(`/api/posts/${1 + (i % 20)}?strategy=${strategy}`))
    const writes = Array.from({ length: 10 }, (_, i) => {
      return ask(`/api/posts/${1 + i}?strategy=${strategy}`, { method: 'PATCH', body: '{"title":"Warm"}' })
    })
    await Promise.all([...reads, ...writes, ask(`/api/posts?limit=4&strategy=${strategy}`)])
  }
}

interface ToKeep {
  readonly drill: Drill
  readonly strategy: StrategyName
  readonly operations: readonly Operation[]
  readonly promised: ReadonlyMap<string, Guaranteed>
  readonly seed: number
  readonly fault: Fault
}

async function keep(folder: string, { drill, strategy, operations, promised, seed, fault }: ToKeep): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${drill.name}-${strategy}-${Date.now()}.jsonl.gz`)
  const header = {
    format: 'history/1' as const,
    strategy,
    promised: promised.get(strategy)!,
    seed,
    started: new Date().toISOString(),
    urls: [...new Set(operations.flatMap(({ server }) => (server === undefined ? [] : [server])))],
    node: process.version,
    options: { drill: drill.name, fault },
  }
  await writeHistory(path, { header, operations })
  return path
}
