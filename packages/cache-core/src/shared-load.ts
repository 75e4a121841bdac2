import { badOption } from './check.ts'
import type { Load, LoadContext } from './load-run.ts'
import type { Runtime } from './ports/runtime.ts'
import { currentLoad, type RunningLoad } from './running-load.ts'

/**
 * Reads the origin for several keys.
 *
 * @param keys each once.
 * @param contextOf the load context of one of these keys.
 * @returns their values by key. A key that is left out has no value, which is cached too.
 */
export type LoadMany<T> = (
  keys: readonly string[],
  contextOf: (key: string) => LoadContext,
) => Promise<ReadonlyMap<string, T>>

/** The load of one key that is run together with those of others. */
export interface PartOfLoad<T> extends Load<T> {
  readonly shared?: Pick<SharedLoad<T>, 'pass'>
}

/**
 * The loads of a `readMany`, run by one call. Each key's load is asked for by its own read, once that read has the right to load.
 * The call starts when every read has asked, has its answer, or waits for another caller: that caller may take long.
 */
export class SharedLoad<T> {
  readonly #load: LoadMany<T>
  readonly #soon: Runtime['soon']
  readonly #undecided: Set<string>
  #call: Call<T> | undefined

  /** @param keys those that may ask. */
  constructor(load: LoadMany<T>, keys: Iterable<string>, soon: Runtime['soon']) {
    this.#load = load
    this.#soon = soon
    this.#undecided = new Set(keys)
  }

  loadOf(key: string): PartOfLoad<T> {
    return Object.assign((context: LoadContext) => this.#ask(key, context), { shared: this })
  }

  /** This key's read does not ask, at least not soon. */
  pass(key: string): void {
    if (this.#undecided.delete(key)) this.#startIfDecided()
  }

  async #ask(key: string, context: LoadContext): Promise<T | undefined> {
    // Asked for after the others, for a refresh or after waiting: together with what else is asked for now.
    if (this.#undecided.size === 0 && this.#call === undefined) this.#soon(() => this.#startIfDecided())
    const mine = currentLoad()!
    this.#call ??= new Call(mine)
    const { leader, answered, contexts } = this.#call
    contexts.set(key, context)
    // For the detection of loads that wait for themselves: only the leader's load runs the call.
    if (leader !== mine) leader.isJoinedBy(mine)
    this.pass(key)
    return (await answered.promise).get(key)
  }

  #startIfDecided(): void {
    const call = this.#call
    if (call === undefined || this.#undecided.size > 0) return
    this.#call = undefined
    const { leader, answered, contexts } = call
    const values = leader.run(async () => this.#load([...contexts.keys()], (key) => contextOf(key, contexts)))
    answered.resolve(values.then(checkValues))
  }
}

/** One call, before it starts. */
class Call<T> {
  readonly answered = Promise.withResolvers<ReadonlyMap<string, T>>()
  readonly contexts = new Map<string, LoadContext>()
  /** The load in which the call runs. */
  readonly leader: RunningLoad

  constructor(leader: RunningLoad) {
    this.leader = leader
  }
}

function contextOf(key: string, contexts: ReadonlyMap<string, LoadContext>): LoadContext {
  const context = contexts.get(key)
  if (context === undefined) throw badOption('key', key, 'give one of the keys that this call loads')
  return context
}

function checkValues<T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  if (values instanceof Map) return values
  throw badOption('the result of loadMissing', values, 'give a Map of the loaded values by key')
}
