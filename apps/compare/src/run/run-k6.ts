/** Puts one strategy under load with `loadtests/side-by-side.js`, the script that users run by hand. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { ComparisonConfig } from '../comparison.ts'
import type { K6 } from './find-k6.ts'

const script = fileURLToPath(new URL('../../../../loadtests/side-by-side.js', import.meta.url))

const figure = z.number().nullable()
const distribution = z.object({ count: z.number(), p50: figure, p90: figure, p99: figure, p999: figure })
const outcomes = z.object({
  hits: z.number(),
  stale: z.number(),
  misses: z.number(),
  collapsed: z.number(),
  bypassed: z.number(),
})
const reads = z.object({
  count: z.number(),
  outcomes,
  latencyMs: distribution,
  hitMs: distribution,
  missMs: distribution,
})

/** The part of k6's result that is used here. */
const k6Strategy = z.object({
  name: z.string(),
  reads,
  byId: reads,
  list: reads,
  page: reads,
  report: reads,
  writes: z.object({ count: z.number(), latencyMs: distribution }),
  stampede: z.object({ factor: figure }).nullable(),
  /** Counts of `/api/stats` from the start of the measured phase to its end. */
  origin: z.object({ reads: z.number(), loads: z.number() }).nullable(),
  counters: z.object({ k6: outcomes.extend({ reads: z.number(), writes: z.number() }) }),
  failures: z.object({ total: z.number(), byKind: z.record(z.string(), z.number()) }),
  unfinished: z.number(),
  dropped: z.number(),
})
const k6Result = z.object({
  schemaVersion: z.literal(2),
  kind: z.literal('side-by-side'),
  ok: z.boolean(),
  strategies: z.tuple([k6Strategy]),
})

export type K6Figures = z.infer<typeof k6Strategy>

export interface K6Run {
  readonly ok: boolean
  readonly figures: K6Figures
  /** The complete result. */
  readonly raw: unknown
}

/** A recorded trace, in the form that side-by-side.js reads. */
export interface Replay {
  readonly operations: readonly (readonly [kind: string, id: number])[]
  readonly timesMs: readonly number[]
}

export interface K6Target {
  readonly urls: readonly string[]
  readonly adminToken: string | undefined
  readonly strategy: string
  /** The same for all strategies in a run. */
  readonly seed: number
  readonly config: ComparisonConfig
  readonly replay: Replay | undefined
}

/** @throws Error with k6's last lines if k6 writes no result; the signal's reason if the run was stopped */
export async function runK6(k6: K6, target: K6Target, signal: AbortSignal): Promise<K6Run> {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'))
  try {
    const env = envFor(target)
    if (target.replay !== undefined) {
      env.TRACE = join(folder, 'trace.json')
      await writeFile(env.TRACE, JSON.stringify(target.replay))
    }
    const output = await run(k6.path, { ...env, RESULTS_DIR: folder }, signal)
    signal.throwIfAborted()
    const text = await readFile(join(folder, 'side-by-side.json'), 'utf8').catch((cause) => {
      throw new Error(`k6 wrote no result: ${lastLines(output)}`, { cause })
    })
    const raw: unknown = JSON.parse(text)
    const { ok, strategies } = k6Result.parse(raw)
    return { ok, figures: strategies[0], raw }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function envFor({ urls, adminToken, strategy, seed, config, replay }: K6Target): Record<string, string> {
  const { workload, warmupMs, measuredMs } = config
  // A trace defines its own operations and times.
  const load = {
    WORKLOAD: workload.name,
    RATE: workload.ratePerSecond,
    POSTS: workload.posts,
    ZIPF: workload.zipf,
    WRITE_RATIO: workload.writeShare,
    LIST_RATIO: workload.listShare,
    PAGE_RATIO: workload.pageShare,
    REPORT_RATIO: workload.reportShare,
    INSERT_RATIO: workload.insertShare,
    RMW_RATIO: workload.readModifyWriteShare,
    DURATION: `${measuredMs}ms`,
  }
  const given: Record<string, string | number> = {
    ...(replay === undefined && load),
    BASE_URL: urls.join(','),
    STRATEGIES: strategy,
    SEED: seed,
    TTL_MS: workload.ttlMs,
    ORIGIN_DELAY_MS: workload.originDelayMs,
    WARMUP: `${warmupMs}ms`,
    ...(adminToken !== undefined && { ADMIN_TOKEN: adminToken }),
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
}

async function run(path: string, env: Record<string, string>, signal: AbortSignal): Promise<string> {
  const flags = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  // No inherited environment: K6_… variables would change the measurement.
  const { PATH, HOME } = process.env
  const child = spawn(path, ['run', '--quiet', '--no-usage-report', ...flags, script], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const read = (chunk: Buffer) => {
    output = (output + chunk).slice(-20_000)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  try {
    await once(child, 'close')
    return output
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-4).join(' | ') || 'no output'
}
