import type { Redis } from 'ioredis'
import type { StrategyRuntime } from './strategy-runtime.ts'

/**
 * How many keys Redis evicted for room since the counters were last reset. Redis counts for the whole server, so that
 * every strategy shows the same evictions, and those of the server's other users are among them.
 */
export class Evictions {
  readonly #client: Redis
  readonly #atReset = new Map<string, number>()
  #first: number | undefined
  #total = 0

  constructor(client: Redis) {
    this.#client = client
  }

  /** Asks Redis; where it doesn't answer, the last known figure stands. */
  async refresh(): Promise<void> {
    try {
      const evicted = Number(/evicted_keys:(\d+)/.exec(await this.#client.info('stats'))?.[1] ?? 0)
      this.#first ??= evicted
      // A server that was restarted counts from 0 again.
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

/** What a strategy shows: its own evictions from memory, or those of Redis. */
export function evictionsOf({ name, storeKind, counters }: StrategyRuntime, evictions: Evictions | undefined): number {
  return evictions !== undefined && storeKind === 'redis' ? evictions.of(name) : counters.counts.evictions
}
