/**
 * The probe: independent clients that race reads against writes through every API process and look for old values. It runs
 * after the load, on its own posts, so that the load does not notice it. Its verdicts rest on its own clock alone.
 */
import {
  checkHistory,
  finalReads,
  type Guaranteed,
  type Operation,
  type RacePlan,
  raceClients,
  readPastTheCache,
  scheduleOf,
  stalenessOf,
} from 'history'
import type { ComparisonConfig, Turn } from '../comparison.ts'

export interface ProbeTarget {
  readonly urls: readonly string[]
  readonly adminToken: string | undefined
  readonly strategy: string
  readonly guaranteed: Guaranteed
  /** The first of its posts; the others follow. No other client writes them. */
  readonly firstId: number
  readonly seed: number
}

export interface Probed extends Pick<Turn, 'staleness' | 'violations'> {
  readonly counts: Turn['account']['probe']
  /** Operations without a valid answer. If there are any, the counters can't be reconciled. */
  readonly failed: number
  readonly reads: number
  readonly staleReads: number
  /** For stale reads: the time since their values had been replaced. Undefined without stale reads. */
  readonly staleForMs: { readonly p50: number; readonly p99: number; readonly max: number } | undefined
  readonly readYourWritesViolations: number
  readonly monotonicReadViolations: number
  readonly lostWrites: number
}

/** @throws the signal's reason if it is stopped */
export async function probe(
  { urls, strategy, seed, firstId, adminToken, guaranteed }: ProbeTarget,
  config: ComparisonConfig['probe'],
  signal: AbortSignal,
): Promise<Probed> {
  const { racedPosts, quietPosts, readersPerPost, durationMs } = config
  const ids = Array.from({ length: racedPosts + quietPosts }, (_, at) => firstId + at)
  const admin = adminToken === undefined ? {} : { adminToken }
  const plan: RacePlan = {
    urls,
    strategy,
    racedIds: ids.slice(0, racedPosts),
    quietIds: ids.slice(racedPosts),
    readersPerPost,
    durationMs,
    seed,
    ...admin,
  }
  const operations = await raceClients(plan, signal)
  return probed([...operations, ...(await finalReads(ids, readPastTheCache({ urls, strategy, ...admin })))], guaranteed)
}

export function probed(operations: readonly Operation[], guaranteed: Guaranteed): Probed {
  const verdict = checkHistory(operations, guaranteed)
  const { writes, windowsMs, observedMs, readYourWritesViolations } = stalenessOf(operations)
  const answered = operations.filter(({ outcome }) => outcome === 'ok')
  const reads = answered.filter(({ op }) => op === 'read')
  const { staleness } = verdict
  const first = verdict.violations.find(({ kind }) => kind === 'read-after-write')
  return {
    counts: {
      reads: reads.length,
      writes: answered.length - reads.length,
      hits: reads.filter(({ cache }) => cache === 'HIT').length,
    },
    failed: operations.length - answered.length,
    reads: verdict.reads.ok,
    staleReads: verdict.counts['read-after-write'],
    staleForMs: staleness && { p50: staleness.p50, p99: staleness.p99, max: staleness.max },
    readYourWritesViolations,
    monotonicReadViolations: verdict.counts['monotonic-reads'],
    lostWrites: verdict.counts['lost-update'],
    staleness: { writes, windowsMs: windowsMs.map(toMicros), observedMs: observedMs.map(toMicros) },
    violations: {
      counts: Object.fromEntries(Object.entries(verdict.counts).filter(([, count]) => count > 0)),
      schedule: first === undefined ? [] : scheduleOf(first, operations),
    },
  }
}

/** Milliseconds with 3 decimals. */
function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
