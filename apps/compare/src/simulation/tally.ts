import type { Outcome } from 'cache-core'
import { quantilesOf } from 'workload'

/** The counters of a simulation. */
export class Tally {
  readonly outcomes: Record<Outcome, number> = { hit: 0, stale: 0, miss: 0, collapsed: 0, bypass: 0 }
  /** For each stale read, the time since its value had been replaced. */
  readonly staleForMs: number[] = []
  writes = 0
  loads = 0
  refreshLoads = 0
  evictions = 0
  /** Times of the first and the last counted request. */
  firstMs: number | undefined
  lastMs = 0

  get reads(): number {
    const { hit, stale, miss, collapsed, bypass } = this.outcomes
    return hit + stale + miss + collapsed + bypass
  }

  get spanMs(): number {
    return this.lastMs - (this.firstMs ?? 0)
  }

  staleness(): { p50: number; p99: number; max: number } | null {
    if (this.staleForMs.length === 0) return null
    const quantile = quantilesOf(this.staleForMs)
    return { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) }
  }
}
