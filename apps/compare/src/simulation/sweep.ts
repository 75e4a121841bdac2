/** Simulates the same requests under several strategies, TTLs and capacities. */
import type { StrategyName } from 'strategies'
import type { TraceRequest } from 'workload/traces'
import { type Simulated, type SimulationOptions, simulate } from './simulate.ts'

export interface SweepOptions extends Omit<SimulationOptions, 'strategy' | 'requests' | 'ttlMs' | 'maxEntries'> {
  readonly strategies: readonly StrategyName[]
  readonly requests: readonly TraceRequest[]
  readonly ttlsMs: readonly number[]
  /** Maximum numbers of entries. `undefined`: unlimited. */
  readonly capacities: readonly (number | undefined)[]
}

export interface SweepRow extends Simulated {
  readonly ttlMs: number
  /** Null: unlimited. */
  readonly maxEntries: number | null
}

/** Yields each row as soon as it is simulated. */
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
