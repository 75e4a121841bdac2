import type { Redis } from 'ioredis'
import { soon } from '../process/redis-connection.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'

/** What a server of entries says of itself. It counts for all its clients. */
export interface ServerFigures {
  /** Keys evicted since it started. */
  readonly evicted: number
  /** Memory in use. */
  readonly usedBytes: number
  /** Commands processed since it started. */
  readonly commands: number
}

export async function redisFigures(client: Redis): Promise<ServerFigures> {
  const [stats, memory] = await soon(Promise.all([client.info('stats'), client.info('memory')]))
  const figure = (name: string, text: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    evicted: figure('evicted_keys', stats),
    usedBytes: figure('used_memory', memory),
    commands: figure('total_commands_processed', stats),
  }
}

/**
 * The server that has the entries. Its evictions are counted since the counters were last reset, and are the same for every
 * strategy; they include those of other services.
 */
export class StoreServer {
  readonly kind: 'redis' | 'memcached'
  readonly #ask: () => Promise<ServerFigures>
  readonly #atReset = new Map<string, number>()
  #first: number | undefined
  #evicted = 0
  #figures: ServerFigures | undefined

  constructor(kind: 'redis' | 'memcached', ask: () => Promise<ServerFigures>) {
    this.kind = kind
    this.#ask = ask
  }

  /** Queries the server; if it does not answer, the last known figures remain. */
  async refresh(): Promise<void> {
    try {
      this.#figures = await this.#ask()
      const { evicted } = this.#figures
      this.#first ??= evicted
      // A restarted server counts from 0 again.
      this.#evicted = Math.max(evicted, this.#first)
    } catch {}
  }

  /** Undefined until the server has answered. */
  get figures(): Pick<ServerFigures, 'usedBytes' | 'commands'> | undefined {
    return this.#figures
  }

  evictionsOf(strategy: string): number {
    return this.#evicted - Math.min(this.#evicted, this.#atReset.get(strategy) ?? this.#first ?? 0)
  }

  reset(strategy: string): void {
    this.#atReset.set(strategy, this.#evicted)
  }
}

/** The evictions that a strategy shows: its own from memory, or its server's. */
export function evictionsOf({ name, storeKind, counters }: StrategyInstance, server: StoreServer | undefined): number {
  const kind = storeKind === 'tiered' ? 'redis' : storeKind
  return server !== undefined && kind === server.kind ? server.evictionsOf(name) : counters.counts.evictions
}
