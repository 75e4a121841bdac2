import type { Outbox } from 'cache-core/postgres'
import { badRequest } from '../http/problem.ts'
import { unknownName } from '../http/unknown-name.ts'
import type { StrategyInstance } from './strategy-instance.ts'

/** The served strategies, and the lookup of a request's strategy. */
export class StrategyInstances {
  readonly all: readonly StrategyInstance[]
  readonly #byName: ReadonlyMap<string, StrategyInstance>
  /** By whole query string, so that nearly all requests need no parsing. */
  readonly #bySearch: ReadonlyMap<string, StrategyInstance>
  readonly #default: StrategyInstance

  /** @param fallback the name of the strategy for requests without one */
  constructor(all: readonly StrategyInstance[], fallback: string) {
    this.all = all
    this.#byName = new Map(all.map((instance) => [instance.name, instance]))
    this.#default = this.named(fallback)
    this.#bySearch = new Map([
      ['', this.#default] as const,
      ...all.map((instance) => [`?strategy=${instance.name}`, instance] as const),
    ])
  }

  /** @throws Problem 400 that lists the names */
  named(name: string): StrategyInstance {
    const instance = this.#byName.get(name)
    if (instance !== undefined) return instance
    throw badRequest('unknown-strategy', unknownName('strategy', name, this.names))
  }

  find(name: string): StrategyInstance | undefined {
    return this.#byName.get(name)
  }

  /** The strategies with an outbox. */
  get withOutbox() {
    return this.all.filter(
      (instance): instance is StrategyInstance & { outbox: Outbox } => instance.outbox !== undefined,
    )
  }

  /** The strategies whose writes are queued. */
  get withQueue() {
    return this.all.filter(
      (instance): instance is StrategyInstance & { queue: NonNullable<StrategyInstance['queue']> } =>
        instance.queue !== undefined,
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((instance) => instance.close()))
  }

  get names(): string[] {
    return this.all.map((instance) => instance.name)
  }

  /** By a query string that contains only the strategy; undefined for any other. */
  bySearch(search: string): StrategyInstance | undefined {
    return this.#bySearch.get(search)
  }

  /** By a `strategy` parameter. @throws Problem 400 */
  byParameter(name: string | undefined): StrategyInstance {
    return name === undefined ? this.#default : this.named(name)
  }
}
