/**
 * The probe: an independent client that reads and writes a few posts of its own through every API process while the load
 * runs, and judges from outside how old what it read was. What it says rests on its own clock alone.
 */
import {
  checkHistory,
  type Operation,
  type Promised,
  readPastTheCache,
  recordClients,
  scheduleOf,
  stalenessOf,
} from 'history'
import type { ComparisonConfig, Turn } from '../comparison.ts'

export interface ProbeTarget {
  readonly urls: readonly string[]
  readonly adminToken: string | undefined
  readonly strategy: string
  readonly promised: Promised
  /** The first of its posts; the others follow. Nobody else writes them. */
  readonly firstId: number
  readonly seed: number
}

export interface Probed extends Pick<Turn, 'staleness' | 'violations'> {
  readonly account: Turn['account']['probe']
  /** Its reads that had to load. */
  readonly loads: number
  /** Operations without a proper answer: with any, the account can't be settled. */
  readonly failed: number
  readonly reads: number
  readonly staleReads: number
  /** Of the stale reads: for how long what they got had been replaced. Undefined without any. */
  readonly staleForMs: { readonly p50: number; readonly p99: number; readonly max: number } | undefined
  readonly readYourWritesViolations: number
  readonly monotonicReadViolations: number
  readonly lostWrites: number
  /** Whether all held that the strategy promises. */
  readonly held: boolean
}

/** Starts it; the function returned ends it and says what it saw. */
export function startProbe(target: ProbeTarget, probe: ComparisonConfig['probe']): () => Promise<Probed> {
  const { urls, strategy, seed, firstId, adminToken, promised } = target
  const recording = recordClients({
    urls,
    strategy,
    ids: Array.from({ length: probe.posts }, (_, at) => firstId + at),
    processes: 1,
    clientsPerProcess: probe.clients,
    writeRatio: probe.writeShare,
    pauseMs: probe.pauseMs,
    seed,
    readFinal: readPastTheCache({ urls, strategy, ...(adminToken !== undefined && { adminToken }) }),
  })
  return async () => probed(await recording.stop(), promised)
}

export function probed(operations: readonly Operation[], promised: Promised): Probed {
  const verdict = checkHistory(operations, promised)
  const { writes, windowsMs, readYourWritesViolations } = stalenessOf(operations)
  const answered = operations.filter(({ outcome }) => outcome === 'ok')
  const reads = answered.filter(({ op }) => op === 'read')
  const { counts, staleness } = verdict
  const first = verdict.violations.find(({ kind }) => kind === 'read-after-write')
  return {
    account: {
      reads: reads.length,
      writes: answered.length - reads.length,
      hits: reads.filter(({ cache }) => cache === 'HIT').length,
    },
    // The final reads bear no X-Cache: they go past the cache, and load.
    loads: reads.filter(({ cache }) => cache === undefined || cache === 'MISS' || cache === 'BYPASS').length,
    failed: operations.length - answered.length,
    reads: verdict.reads.ok,
    staleReads: counts['read-after-write'],
    staleForMs: staleness && { p50: staleness.p50, p99: staleness.p99, max: staleness.max },
    readYourWritesViolations,
    monotonicReadViolations: counts['monotonic-reads'],
    lostWrites: counts['lost-update'],
    held: verdict.holds,
    staleness: { writes, windowsMs: windowsMs.map((ms) => Math.round(ms * 1_000) / 1_000) },
    violations: {
      counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      schedule: first === undefined ? [] : scheduleOf(first, operations),
    },
  }
}
