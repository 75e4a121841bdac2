/** The same requests under several strategies, TTLs and capacities. */
import type { StrategyName } from 'strategies'
import type { TraceRequest } from 'traces'
import { type Simulated, type SimulationOptions, simulate } from './simulate.ts'

export interface SweepOptions extends Omit<SimulationOptions, 'strategy' | 'requests' | 'ttlMs' | 'maxEntries'> {
  readonly strategies: readonly StrategyName[]
  readonly requests: readonly TraceRequest[]
  readonly ttlsMs: readonly number[]
  /** Entries there is room for. `undefined`: for all. */
  readonly capacities: readonly (number | undefined)[]
}

export interface SweepRow extends Simulated {
  readonly ttlMs: number
  /** Null: room for all. */
  readonly maxEntries: number | null
}

/** One row after another, each as soon as it is there. */
export async function* sweep(options: SweepOptions): AsyncGenerator<SweepRow> {
  const { strategies, ttlsMs, capacities, ...rest } = options
  for (const strategy of strategies) {
    for (const ttlMs of ttlsMs) {
      for (const maxEntries of capacities) {
        yield { ttlMs, maxEntries: maxEntries ?? null, ...(await simulate({ ...rest, strategy, ttlMs, maxEntries })) }
      }
    }
  }
}
