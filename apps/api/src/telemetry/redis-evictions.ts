import type { Redis } from 'ioredis'
import { soon } from '../process/redis-connection.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'

/** How many keys Redis has evicted since it started. */
export async function evictedByRedis(client: Redis): Promise<number> {
  return Number(/evicted_keys:(\d+)/.exec(await soon(client.info('stats')))?.[1] ?? 0)
}

/**
 * The evictions of the store's server since the counters were last reset. The server counts for all its clients, so every
 * strategy shows the same number, which includes the evictions of other services.
 */
export class Evictions {
  readonly kind: 'redis' | 'memcached'
  readonly #ask: () => Promise<number>
  readonly #atReset = new Map<string, number>()
  #first: number | undefined
  #total = 0

  /** @param ask returns the evictions since the server started */
  constructor(kind: 'redis' | 'memcached', ask: () => Promise<number>) {
    this.kind = kind
    this.#ask = ask
  }

  /** Queries the server; if it does not answer, the last known figure remains. */
  async refresh(): Promise<void> {
    try {
      const evicted = await this.#ask()
      this.#first ??= evicted
      // A restarted server counts from 0 again.
      this.#total = Math.max(evicted, this.#first)
    } catch {}
  }

  of(strategy: string): number {
    return this.#total - Math.min(this.#total, this.#atReset.get(strategy) ?? this.#first ?? 0)
  }

  reset(strategy: string): void {
    this.#atReset.set(strategy, this.#total)
  }
}

/** The evictions that a strategy shows: its own from memory, or its server's. */
export function evictionsOf({ name, storeKind, counters }: StrategyInstance, evictions: Evictions | undefined): number {
  const server = storeKind === 'tiered' ? 'redis' : storeKind
  return evictions !== undefined && server === evictions.kind ? evictions.of(name) : counters.counts.evictions
}
