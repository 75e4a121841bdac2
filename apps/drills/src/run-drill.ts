/** One drill from start to end: put up, look, load, break, mend, look again, judge. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicMs, type Operation, type Promised, promisedBy, writeHistory } from 'history'
import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import type { DrillDatabases } from './database.ts'
import type { Drill, Site } from './drill.ts'
import { ANSWER_WITHIN_MS, type Fault, type Judgement, judge, type Span } from './judge.ts'
import { startLoad } from './load.ts'
import { warningsOf } from './log-lines.ts'
import { type Ground, putUp } from './site.ts'
import { within } from './until.ts'
import { untilHits } from './until-hits.ts'
import { readVitals, settledVitals, type Vitals, whatIsLeft } from './vitals.ts'

export interface DrillReport {
  readonly drill: Drill
  /** By strategy. Empty when it came to no judgement. */
  readonly judgements: ReadonlyMap<StrategyName, Judgement>
  /** From mended to the first hit of every strategy in every API process, in ms. */
  readonly hitsAgainMs: number
  /** Of each API process that is there at the end. */
  readonly vitals: readonly { readonly before: Vitals; readonly after: Vitals }[]
  /** What the API processes logged as warnings and errors, and how often. */
  readonly warnings: ReadonlyMap<string, number>
  /** What the drill itself found worth saying. */
  readonly notes: readonly string[]
  /** What did not hold, one line each; none: it held. */
  readonly problems: readonly string[]
  readonly tookMs: number
}

export interface DrillOptions {
  /** Of the clients. Default 1. */
  readonly seed?: number
  /** Where the histories of what did not hold are kept. Default: nowhere. */
  readonly keepIn?: string
}

const DEFAULT_STRATEGIES: readonly StrategyName[] = ['manual-invalidation', 'write-through', 'stampede-lock']
/** Operations before it is broken, and after it is mended. */
const AROUND = 150
const INFLICT_WITHIN_MS = 40_000

/** Never rejects for what a drill finds: that is a problem in its report. */
export async function runDrill(
  drill: Drill,
  databases: DrillDatabases,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const startedAt = performance.now()
  const found: Omit<DrillReport, 'tookMs'> & { problems: string[]; notes: string[] } = {
    drill,
    judgements: new Map(),
    hitsAgainMs: Number.NaN,
    vitals: [],
    warnings: new Map(),
    notes: [],
    problems: [],
  }
  try {
    const ground = await putUp(drill, databases)
    try {
      Object.assign(found, await inflictOn(ground, drill, databases, options, found))
    } finally {
      await ground.takeDown()
    }
  } catch (error) {
    found.problems.push(reasonOf(error))
  }
  return { ...found, tookMs: performance.now() - startedAt }
}

async function inflictOn(
  ground: Ground,
  drill: Drill,
  databases: DrillDatabases,
  { seed = 1, keepIn }: DrillOptions,
  { problems, notes }: { problems: string[]; notes: string[] },
): Promise<Partial<DrillReport>> {
  const { strategies = DEFAULT_STRATEGIES, answerWithinMs = ANSWER_WITHIN_MS } = drill
  const { apis, copy } = ground
  await Promise.all(apis.map((api) => warmUp(api, strategies)))
  const before = new Map(await Promise.all(apis.map(async (api) => [api, await readVitals(api)] as const)))
  const promises = await promisedBy(apis.map(({ url }) => url))
  const promised = new Map(promises.map(({ strategy, promised }) => [strategy, promised]))
  const loaded = drill.loaded?.(apis) ?? apis
  const load = startLoad({
    urls: loaded.map(({ url }) => url),
    strategies,
    seed,
    stuckAfterMs: answerWithinMs + 3_000,
    versionInDatabase: copy.versionOf,
  })
  const spans: Span[] = []
  let mendingFrom: number | undefined
  const site: Site = {
    ...ground,
    way: ground.way!,
    postgres: databases.server,
    database: copy.client,
    versionInDatabase: copy.versionOf,
    load,
    strategies,
    untilHits: () => untilHits(ground.apis.filter(isThere), strategies),
    async mend(work) {
      mendingFrom ??= monotonicMs()
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
  }
  let fault: Fault
  let histories: Map<StrategyName, readonly Operation[]>
  let hitsAgainMs = Number.NaN
  try {
    await load.more(AROUND)
    const from = monotonicMs()
    await within('the fault', INFLICT_WITHIN_MS, drill.inflict(site))
    fault = {
      from,
      to: monotonicMs(),
      ...(mendingFrom !== undefined && { mendingFrom }),
      ...(spans.length > 0 && { spans }),
    }
    await site.untilHits()
    hitsAgainMs = monotonicMs() - fault.to
    await load.more(AROUND)
  } finally {
    histories = await load.stop()
  }

  const judgements = new Map<StrategyName, Judgement>()
  for (const [strategy, operations] of histories) {
    const judgement = judge(drill, operations, promised.get(strategy)!, fault)
    judgements.set(strategy, judgement)
    if (judgement.problems.length === 0) continue
    for (const problem of judgement.problems) problems.push(`${strategy}: ${problem}`)
    if (keepIn !== undefined)
      problems.push(`  kept: ${await keep(keepIn, { drill, strategy, operations, promised, seed, fault })}`)
  }
  for (const api of ground.apis) problems.push(...unaskedEnd(api))
  const vitals = await Promise.all(
    ground.apis
      .filter((api) => before.has(api) && isThere(api))
      .map(async (api) => ({
        before: before.get(api)!,
        after: await settledVitals(api, before.get(api)!),
      })),
  )
  for (const { before, after } of vitals) problems.push(...whatIsLeft(before, after))
  return { judgements, hitsAgainMs, vitals, warnings: warningsOf(ground.apis) }
}

/** Drills kill; whatever ended otherwise failed. */
function unaskedEnd({ child, output }: ApiProcess): string[] {
  if (child.exitCode === null) return []
  const last = output().trim().split('\n').slice(-5).join('\n  ')
  return [`an API process ended by itself, with ${child.exitCode}. Its last lines:\n  ${last}`]
}

/** With the causes, since `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`
}

function isThere({ child }: ApiProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** Connections are open and code is compiled before anything is counted. */
async function warmUp({ url }: ApiProcess, strategies: readonly StrategyName[]): Promise<void> {
  const ask = async (path: string, init?: RequestInit) => {
    await (
      await fetch(url + path, { ...init, headers: { Connection: 'close', 'Content-Type': 'application/json' } })
    ).text()
  }
  for (const strategy of strategies) {
    const reads = Array.from({ length: 60 }, (_, i) => ask(`/api/posts/${1 + (i % 20)}?strategy=${strategy}`))
    const writes = Array.from({ length: 20 }, (_, i) => {
      return ask(`/api/posts/${1 + i}?strategy=${strategy}`, { method: 'PATCH', body: '{"title":"Warm"}' })
    })
    await Promise.all([...reads, ...writes, ask(`/api/posts?limit=4&strategy=${strategy}`)])
  }
}

interface ToKeep {
  readonly drill: Drill
  readonly strategy: StrategyName
  readonly operations: readonly Operation[]
  readonly promised: ReadonlyMap<string, Promised>
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
