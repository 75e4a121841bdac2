import type { Outcome } from 'cache-core'
import { serviceStartedAt } from '../process/service-start.ts'
import { outcomeCounter, Totals } from './totals.ts'

/** Counters of one strategy in this process: plain numbers, whose cost per read is too small to measure. */
export class Counters extends Totals {
  override since = serviceStartedAt

  /** Counts one read, answered `ms` after it arrived. */
  read(outcome: Outcome, ms: number): void {
    this.counts[outcomeCounter[outcome]]++
    this.latency[outcome].record(ms * 1_000)
  }

  /** Counts one read whose value had been replaced for `ms`. */
  staleRead(ms: number): void {
    this.counts.staleReads++
    this.staleFor.record(ms)
  }

  /** @param since when: the same in all processes */
  reset(since = new Date()): void {
    this.clear(since)
  }
}
