/** The drill's own reads beside the load: at a steady rate, not waiting for earlier answers. */
import type { ApiProcess } from 'local-servers'
import type { StrategyName } from 'strategies'
import type { TestSystem } from './drill.ts'
import { QUIET_ID } from './load.ts'

export interface SteadyRead {
  /** By `performance.now()`. */
  readonly startedAt: number
  readonly status: number
  readonly cache: string | null
  readonly ms: number
  /** The part of `ms` spent waiting for the cache, from `Server-Timing`. */
  readonly cacheMs: number
}

/** A later answer counts as none. */
const ANSWER_WITHIN_MS = 15_000

/** Reads these addresses in turn, one every `everyMs`, until `work` is done. Resolves when all are answered. @throws the error of `work` */
export async function readSteadily(
  addresses: readonly string[],
  everyMs: number,
  work: () => Promise<unknown>,
): Promise<SteadyRead[]> {
  const reads: Promise<SteadyRead>[] = []
  const timer = setInterval(() => reads.push(readOnce(addresses[reads.length % addresses.length]!)), everyMs)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return Promise.all(reads)
}

/** Never rejects: status 0 means no answer before the abort. */
export async function readOnce(
  address: string,
  signal: AbortSignal = AbortSignal.timeout(ANSWER_WITHIN_MS),
): Promise<SteadyRead> {
  const startedAt = performance.now()
  try {
    const answer = await fetch(address, { headers: { Connection: 'close' }, signal })
    await answer.arrayBuffer()
    const cacheMs = Number(/cache;dur=([\d.]+)/.exec(answer.headers.get('Server-Timing') ?? '')?.[1])
    const cache = answer.headers.get('X-Cache')
    return { startedAt, status: answer.status, cache, ms: performance.now() - startedAt, cacheMs }
  } catch {
    return { startedAt, status: 0, cache: null, ms: performance.now() - startedAt, cacheMs: Number.NaN }
  }
}

/** Addresses of a post that is never written, for each process and strategy. */
export function quietPosts(apis: readonly ApiProcess[], strategies: readonly StrategyName[]): string[] {
  return apis.flatMap(({ url }) => strategies.map((strategy) => `${url}/api/posts/${QUIET_ID}?strategy=${strategy}`))
}

/** The deadline of a command to Redis, in ms, and how much later its failure may come. */
const COMMAND_DEADLINE_MS = 250
const LATE_BY_MS = 50
/** Of the reads that timed out. One in ten may have met a busy process, or waited for two commands. */
const SHARE_IN_TIME = 0.9

/** Reports failed reads, and reads that waited for Redis beyond its deadline. */
export function checkWaits(
  { note, problem }: Pick<TestSystem, 'note' | 'problem'>,
  reads: readonly SteadyRead[],
): void {
  const failed = reads.filter(({ status }) => status !== 200)
  if (failed.length > 0) problem(`${failed.length} of the drill's own reads failed, with ${failed[0]!.status}`)
  const waits = reads.flatMap(({ cache, cacheMs }) =>
    cache === 'BYPASS' && cacheMs > COMMAND_DEADLINE_MS / 2 ? [cacheMs] : [],
  )
  waits.sort((a, b) => a - b)
  // By rank, not `quantilesOf`: an interpolated value would be above nine of ten.
  const most = waits[Math.ceil(SHARE_IN_TIME * waits.length) - 1] ?? 0
  const inWords = `${waits.length} of the drill's own ${reads.length} reads timed out on Redis, nine of ten after at most ${most.toFixed(0)} ms`
  note(`${inWords}; the longest ${(waits.at(-1) ?? 0).toFixed(0)} ms`)
  if (waits.length === 0) problem("none of the drill's own reads met the fault, so the drill proves nothing")
  if (most > COMMAND_DEADLINE_MS + LATE_BY_MS) problem(`${inWords}; the deadline is ${COMMAND_DEADLINE_MS} ms`)
}
