import type { Outbox } from 'cache-core/postgres'
import { badRequest } from '../http/problem.ts'
import { unknownName } from '../http/unknown-name.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

/** The served strategies, and the lookup of a request's strategy. */
export class Runtimes {
  readonly all: readonly StrategyRuntime[]
  readonly #byName: ReadonlyMap<string, StrategyRuntime>
  /** By whole query string, so that nearly all requests need no parsing. */
  readonly #bySearch: ReadonlyMap<string, StrategyRuntime>
  readonly #default: StrategyRuntime

  /** @param fallback the name of the strategy for requests without one */
  constructor(all: readonly StrategyRuntime[], fallback: string) {
    this.all = all
    this.#byName = new Map(all.map((runtime) => [runtime.name, runtime]))
    this.#default = this.named(fallback)
    this.#bySearch = new Map([
      ['', this.#default] as const,
      ...all.map((runtime) => [`?strategy=${runtime.name}`, runtime] as const),
    ])
  }

  /** @throws Problem 400 that lists the names */
  named(name: string): StrategyRuntime {
    const runtime = this.#byName.get(name)
    if (runtime !== undefined) return runtime
    throw badRequest('unknown-strategy', unknownName('strategy', name, this.names))
  }

  find(name: string): StrategyRuntime | undefined {
    return this.#byName.get(name)
  }

  /** The strategies with an outbox. */
  get withOutbox() {
    return this.all.filter((runtime): runtime is StrategyRuntime & { outbox: Outbox } => runtime.outbox !== undefined)
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((runtime) => runtime.close()))
  }

  get names(): string[] {
    return this.all.map((runtime) => runtime.name)
  }

  /** By a query string that contains only the strategy; undefined for any other. */
  bySearch(search: string): StrategyRuntime | undefined {
    return this.#bySearch.get(search)
  }

  /** By a `strategy` parameter. @throws Problem 400 */
  byParameter(name: string | undefined): StrategyRuntime {
    return name === undefined ? this.#default : this.named(name)
  }
}
