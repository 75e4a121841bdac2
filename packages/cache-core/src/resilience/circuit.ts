import { CacheError, messageOf, swallowing } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Awaitable } from '../ports/store.ts'
import { answered, BehindTransfer, Deadlines, NoAnswer, type OnItsWay, TransferTooSlow } from './deadlines.ts'

/** Failed commands in a row after which the store counts as unavailable. One unanswered command is enough on an ordered connection. */
const FAILURES_TO_OPEN = 5
/** Interval between probes of a store that is unavailable. */
const PROBE_EVERY_MS = 250

export interface CircuitOptions {
  /** A harmless command, sent while the circuit is open. Users' reads never wait for it. */
  readonly probe: () => Promise<unknown>
  /** Deadline of a command in milliseconds. */
  readonly deadlineMs: number
  /** Whether an error means that the store is unavailable, and not just that it refused this command. */
  readonly isOutage: (error: unknown) => boolean
  /** Called with each failure, and the command's name given to `run`. */
  readonly onFailure?: (name: string, error: unknown, isOutage: boolean) => void
  /** Whether bytes of answers have arrived since the last call. While they do, no command is late. Default: unknown. */
  readonly isReceiving?: () => boolean
  /** Default the process's own time and timers. */
  readonly runtime?: Runtime
}

/** One command. */
export interface CommandOptions extends OnItsWay {
  /** Deadline in milliseconds. Default the circuit's. */
  readonly deadlineMs?: number
  /** For `onFailure`. */
  readonly name?: string
}

/**
 * A deadline on each command of one connection, and a circuit breaker that stops sending commands to a store that is unavailable. Shared
 * by all stores on the connection. While it is closed, a command costs one comparison and one object.
 *
 * @example
 * ```ts
 * import { Circuit, resilientStore, type Store } from 'cache-core'
 *
 * const circuit = new Circuit({ probe: () => redis.ping(), deadlineMs: 500, isOutage: () => true })
 * declare const myStore: Store // of your own, over the same server
 * const store = resilientStore(myStore, circuit)
 * ```
 */
export class Circuit {
  readonly runtime: Runtime
  readonly #options: CircuitOptions
  readonly #deadlines: Deadlines
  readonly #opened = new Set<(cause: unknown) => void>()
  readonly #recovered = new Set<() => void>()
  readonly #probeFailed = new Set<(cause: unknown) => void>()
  /** Why commands are refused. `undefined`: the circuit is closed. */
  #refusal: string | undefined
  #failures = 0
  #isAway = false
  #cancelProbe: (() => void) | undefined
  #isEnded = false
  #lastFailure: unknown

  constructor(options: CircuitOptions) {
    this.#options = options
    this.runtime = options.runtime ?? systemRuntime
    this.#deadlines = new Deadlines(this.runtime, options.isReceiving ?? (() => false))
  }

  get isClosed(): boolean {
    return this.#refusal === undefined
  }

  /** The last failure that counted as an outage. */
  get lastFailure(): unknown {
    return this.#lastFailure
  }

  /** Why commands are refused, with the last failure. `undefined`: they are not. */
  get trouble(): string | undefined {
    if (!this.#isAway) return this.#refusal
    return `the store is unavailable; the last failure: ${messageOf(this.#lastFailure)}`
  }

  /** Calls `opened` each time the store is found to be unavailable, with the last failure, until the returned function is called. */
  onOpened(opened: (cause: unknown) => void): () => void {
    return added(this.#opened, opened)
  }

  /** Calls `recovered` each time the store can be used again, until the returned function is called. */
  onRecovered(recovered: () => void): () => void {
    return added(this.#recovered, recovered)
  }

  /** Calls `failed` each time a probe has failed, with its failure, until the returned function is called. */
  onProbeFailed(failed: (cause: unknown) => void): () => void {
    return added(this.#probeFailed, failed)
  }

  /** Refuses commands until a probe is answered. Starts probing immediately. */
  suspend(): void {
    if (this.#isEnded || !this.isClosed) return
    this.#refusal = 'the connection is new; it is being checked'
    this.#probe(0)
  }

  /** Stops probing permanently, and refuses all further commands. Running commands end, by their deadlines at the latest. */
  end(): void {
    this.#isEnded = true
    this.#refusal = 'the store was closed'
    this.#cancelProbe?.()
  }

  /**
   * Runs one command.
   *
   * @throws CacheError `STORE_UNAVAILABLE`: immediately while the circuit is open or after `end`; with a `cause` if the store was
   *   unreachable or did not answer in time. An error that is not an outage is thrown as it is.
   */
  run<T>(command: () => Awaitable<T>, options: CommandOptions = NO_OPTIONS): Promise<T> {
    if (this.#refusal !== undefined) return Promise.reject(new CacheError('STORE_UNAVAILABLE', this.#refusal))
    return this.#inTime(command, options)
  }

  #inTime<T>(command: () => Awaitable<T>, options: CommandOptions): Promise<T> {
    const { deadlineMs = this.#options.deadlineMs } = options
    return new Promise((resolve, reject) => {
      const answer = command()
      if (!(answer instanceof Promise)) {
        resolve(answer)
        return
      }
      const wait = this.#deadlines.begin(deadlineMs, options, (late) => reject(this.#failed(late, options)))
      answer.then(
        (value) => {
          answered(wait)
          this.#failures = 0
          resolve(value)
        },
        (error) => {
          answered(wait)
          if (!wait.isGivenUp) reject(this.#failed(error, options))
        },
      )
    })
  }

  /** Records a failure, and returns the error for the caller. */
  #failed(failure: unknown, { name = '', isInOrder = false, transferMs = 0 }: CommandOptions): unknown {
    if (failure instanceof TransferTooSlow || failure instanceof BehindTransfer) return unanswered(failure)
    const isOutage = this.#options.isOutage(failure)
    this.#options.onFailure?.(name, failure, isOutage)
    if (!isOutage) {
      this.#failures = 0 // it answered
      return failure
    }
    this.#lastFailure = failure
    // If answers come in order and one is missing, so are all later ones: waiting for the next would take twice as long.
    const isSilent = failure instanceof NoAnswer && isInOrder && transferMs === 0
    if (isSilent || ++this.#failures >= FAILURES_TO_OPEN) this.#open(failure)
    return unanswered(failure)
  }

  #open(cause: unknown): void {
    if (!this.isClosed) return
    this.#refusal = 'the store is unavailable; it is being probed'
    this.#isAway = true
    this.#probe(PROBE_EVERY_MS)
    for (const opened of this.#opened) opened(cause)
  }

  /** Only probes close it again. Commands from before it opened may still be answered, or fail. */
  #probe(inMs: number): void {
    this.#cancelProbe = this.runtime.after(inMs, async () => {
      let failure: unknown
      try {
        await this.#inTime(this.#options.probe, PROBE)
      } catch (error) {
        if (error instanceof CacheError) failure = error.cause // otherwise it was refused, and so answered
      }
      if (this.#isEnded) return
      if (failure === undefined) this.#close()
      else this.#stayOpen(failure)
    })
  }

  #close(): void {
    this.#refusal = undefined
    this.#failures = 0
    this.#isAway = false
    for (const recovered of this.#recovered) recovered()
  }

  #stayOpen(failure: unknown): void {
    if (!this.#isAway) {
      this.#refusal = undefined
      this.#open(failure)
      return
    }
    this.#probe(PROBE_EVERY_MS)
    for (const failed of this.#probeFailed) failed(failure)
  }
}

const NO_OPTIONS: CommandOptions = {}
const PROBE: CommandOptions = { name: 'PING' }

function unanswered(cause: unknown): CacheError {
  return new CacheError('STORE_UNAVAILABLE', `the store did not answer: ${messageOf(cause)}`, { cause })
}

/** Adds a listener. Its errors are ignored, so that the other listeners are still called. */
function added<A extends unknown[]>(
  listeners: Set<(...args: A) => void>,
  listener: (...args: A) => unknown,
): () => void {
  const swallowed = swallowing(listener)
  listeners.add(swallowed)
  return () => listeners.delete(swallowed)
}
