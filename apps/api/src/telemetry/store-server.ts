import type { Redis } from 'ioredis'
import { soon } from '../process/redis-connection.ts'

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
  #figures: ServerFigures | undefined

  constructor(kind: 'redis' | 'memcached', ask: () => Promise<ServerFigures>) {
    this.kind = kind
    this.#ask = ask
  }

  /** Queries the server; if it does not answer, the last known figures remain. */
  async refresh(): Promise<void> {
    try {
      this.#figures = await this.#ask()
      this.#first ??= this.#figures.evicted
    } catch {}
  }

  /** Undefined until the server has answered. */
  get figures(): Pick<ServerFigures, 'usedBytes' | 'commands'> | undefined {
    return this.#figures
  }

  /** Keys evicted since it started: fewer than before if it was restarted. Undefined until it has answered. */
  get evicted(): number | undefined {
    return this.#figures?.evicted
  }

  /** What it had evicted when each strategy's counters began. Empty until it has answered. */
  evictedBefore(strategies: readonly string[]): Record<string, number> {
    const first = this.#first
    if (first === undefined) return {}
    return Object.fromEntries(strategies.map((name) => [name, this.#atReset.get(name) ?? first]))
  }

  /** @param evicted what it had evicted then */
  reset(strategy: string, evicted: number): void {
    this.#atReset.set(strategy, evicted)
  }
}
