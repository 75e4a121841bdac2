import type { Runtime } from '../ports/runtime.ts'
import type { ServerClock } from '../resilience/server-clock.ts'
import { isTooSlow } from './lookups.ts'
import { OneTurn } from './one-turn.ts'
import type { Arg, RedisClient } from './redis-client.ts'
import { runScript } from './run-script.ts'
import { ARGS_PER_OPERATION, GUARD, type OperationName } from './scripts.ts'
import type { SlowEntries } from './slow-entries.ts'

/** Operations per call. They take Redis some 5 µs each, and while it runs them, it answers nobody else. */
const MAX_AT_ONCE = 32
/** The entry of a fill that is sent alone, so that the others need not wait for its transfer. */
const LARGE_BYTES = 16 * 1024

export interface GuardParts {
  readonly client: Pick<RedisClient, 'evalsha' | 'eval' | 'isCluster'>
  readonly clock: ServerClock
  readonly soon: Runtime['soon']
  readonly slow: SlowEntries
}

interface Operation {
  readonly name: OperationName
  readonly key: string
  /** Entry, lease and mark. */
  readonly keys: readonly string[]
  readonly args: readonly Arg[]
}

/**
 * The calls of the protocol's script. **On a single server, the operations that begin in one turn of the event loop are one call.** A
 * call that fails fails them all; then none, some or all of them have run.
 *
 * Each call also compares the clocks.
 */
export class GuardCalls {
  readonly #parts: GuardParts
  readonly #turn: OneTurn<Operation, unknown>

  constructor(parts: GuardParts) {
    this.#parts = parts
    this.#turn = new OneTurn(parts.soon, MAX_AT_ONCE, (operations) => this.#call(operations))
  }

  /** @returns the operation's own answer. */
  run(name: OperationName, key: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown> {
    const operation = { name, key, keys, args }
    if (!this.#parts.client.isCluster && !args.some(isLarge)) return this.#turn.ask(operation)
    return this.#call([operation]).then(([answer]) => answer)
  }

  async #call(operations: readonly Operation[]): Promise<readonly unknown[]> {
    const keys: string[] = []
    const args: Arg[] = []
    for (const operation of operations) {
      keys.push(...operation.keys)
      args.push(operation.name)
      for (let i = 0; i < ARGS_PER_OPERATION - 1; i++) args.push(operation.args[i] ?? '')
    }
    const { clock, slow } = this.#parts
    const sentAt = clock.now()
    try {
      const [now, ...answers] = (await runScript(this.#parts.client, GUARD, keys, args)) as [Buffer, ...unknown[]]
      clock.compare(Number(now.toString()), sentAt)
      return answers
    } catch (error) {
      // Among several, the next lookups show which one it is.
      if (operations.length === 1 && isTooSlow(error)) slow.add(operations[0]!.key)
      throw error
    }
  }
}

function isLarge(arg: Arg): boolean {
  return typeof arg === 'object' && arg.length >= LARGE_BYTES
}
