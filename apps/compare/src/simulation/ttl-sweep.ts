/** Simulates a load at several TTLs, for the advisor. */
import type { StrategyName } from 'strategies'
import type { TraceRequest } from 'workload/traces'
import type { Comparison } from '../comparison.ts'
import { requestsOf } from './requests-of.ts'
import { simulate } from './simulate.ts'
import { simulatedNames } from './simulated-names.ts'

export interface TtlRow {
  readonly ttlMs: number
  readonly hitRatio: number
  readonly loadsPerRead: number
  readonly loadsPerSecond: number
  /** The longest time since a returned value had been replaced. */
  readonly staleMaxMs: number
}

export interface TtlSweepOptions {
  readonly loadMs?: number
  /** Requests before this time are not counted. */
  readonly warmupMs?: number
  readonly seed?: number
}

export async function ttlSweep(
  requests: Iterable<TraceRequest>,
  strategy: StrategyName,
  ttlsMs: readonly number[],
  { seed = 1, ...options }: TtlSweepOptions = {},
): Promise<TtlRow[]> {
  const kept = [...requests]
  const rows: TtlRow[] = []
  for (const ttlMs of ttlsMs) {
    const simulated = await simulate({ ...options, strategy, requests: kept, ttlMs, seed })
    const { hitRatio, loadsPerRead, loadsPerSecond, staleForMs } = simulated
    const staleMaxMs = staleForMs?.max ?? 0
    rows.push({ ttlMs, hitRatio, loadsPerRead, loadsPerSecond: loadsPerSecond ?? 0, staleMaxMs })
  }
  return rows
}

const TTLS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000]
const MEASURED_MS = 60_000
/** A TTL that needs more operations is left out. */
const MAX_OPERATIONS = 1_000_000

/**
 * For the load of a comparison. Each TTL is simulated after a warm-up of the same length. Undefined if the load can't be simulated: a
 * comparison does not contain its trace, and a crowd or a cold start has no steady state for which to tune a TTL.
 */
export function ttlSweepOf(comparison: Comparison): ((strategy: string) => Promise<TtlRow[]>) | undefined {
  const { workload, seed } = comparison.config
  if (workload.trace !== null || workload.crowd !== null || workload.cold) return undefined
  const ttlsMs = [...new Set([...TTLS_MS, workload.ttlMs])]
    .filter((ttlMs) => ((ttlMs + MEASURED_MS) / 1_000) * workload.ratePerSecond <= MAX_OPERATIONS)
    .toSorted((a, b) => a - b)
  return async (name) => {
    const strategy = simulatedNames.find((known) => known === name)
    if (strategy === undefined || strategy === 'no-cache') return []
    const rows: TtlRow[] = []
    for (const ttlMs of ttlsMs) {
      const requests = requestsOf(workload, { seed, warmupMs: ttlMs, measuredMs: MEASURED_MS })
      const options = { loadMs: workload.originDelayMs, warmupMs: ttlMs, seed }
      rows.push(...(await ttlSweep(requests, strategy, [ttlMs], options)))
    }
    return rows
  }
}
