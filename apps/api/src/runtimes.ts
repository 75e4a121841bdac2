import type { Outbox } from 'cache-core/postgres'
import { badRequest, shown } from './problem.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

/** The strategies being served, and which of them a request means. */
export class Runtimes {
  readonly all: readonly StrategyRuntime[]
  readonly #byName: ReadonlyMap<string, StrategyRuntime>
  /** The whole query string of nearly every request, so that those need no parsing. */
  readonly #bySearch: ReadonlyMap<string, StrategyRuntime>
  readonly #default: StrategyRuntime

  /** @param fallback the name of the strategy that serves requests which name none */
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
    throw badRequest('unknown-strategy', `there is no strategy ${shown(name)}; there are ${this.names.join(', ')}`)
  }

  find(name: string): StrategyRuntime | undefined {
    return this.#byName.get(name)
  }

  /** Those whose changes are recorded and delivered. */
  get withOutbox() {
    return this.all.filter((runtime): runtime is StrategyRuntime & { outbox: Outbox } => runtime.outbox !== undefined)
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((runtime) => runtime.close()))
  }

  get names(): string[] {
    return this.all.map((runtime) => runtime.name)
  }

  /** By a query string that says no more than the strategy; undefined for any other. */
  bySearch(search: string): StrategyRuntime | undefined {
    return this.#bySearch.get(search)
  }

  /** By a `strategy` parameter. @throws Problem 400 */
  byParameter(name: string | undefined): StrategyRuntime {
    return name === undefined ? this.#default : this.named(name)
  }
}
