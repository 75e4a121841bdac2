import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { CacheError, messageOf, swallowing } from '../errors.ts'
import { type Runtime, systemRuntime, within } from '../ports/runtime.ts'

/** So many commands in a row must fail before the store is taken to be away. */
const FAILURES_TO_OPEN = 5
/** How often a store that is away is asked whether it is back. */
const PROBE_EVERY_MS = 250

export interface CircuitOptions {
  /** A harmless command. It is asked while the circuit is open; users' reads never wait for it. */
  readonly probe: () => Promise<unknown>
  /** How long a command may take, in milliseconds. */
  readonly deadlineMs: number
  /** Whether an error means that the store is away, rather than that it refused this one command. */
  readonly isOutage: (error: unknown) => boolean
  /** Default the process's own time and timers. */
  readonly runtime?: Runtime
}

/**
 * What stands between one connection and its callers: a deadline on each command, and a breaker that stops asking a
 * store that is away. Shared by all stores on the connection.
 */
export class Circuit {
  readonly runtime: Runtime
  readonly #options: CircuitOptions
  readonly #breaker
  readonly #opened = new Set<(cause: unknown) => void>()
  readonly #recovered = new Set<() => void>()
  #probing = false
  #cancelProbe: (() => void) | undefined
  #isEnded = false
  #lastFailure: unknown

  constructor(options: CircuitOptions) {
    this.#options = options
    this.runtime = options.runtime ?? systemRuntime
    this.#breaker = circuitBreaker(
      handleWhen((error) => options.isOutage(error)),
      // Our own timer paces the probes. Cockatiel would wait by the wall clock, and for ever if that is set back.
      { breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN), halfOpenAfter: Number.NEGATIVE_INFINITY },
    )
    this.#breaker.onBreak((reason) => {
      if (this.#probing || this.#isEnded) return // a probe failed: it was open before
      this.#probeUntilBack()
      for (const opened of this.#opened) opened('error' in reason ? reason.error : undefined)
    })
    this.#breaker.onReset(() => {
      for (const recovered of this.#recovered) recovered()
    })
  }

  get isClosed(): boolean {
    return this.#breaker.state === CircuitState.Closed
  }

  /** The last failure that counted as an outage. */
  get lastFailure(): unknown {
    return this.#lastFailure
  }

  /** Calls `opened` each time the store is taken to be away, with the last failure, until the returned function is called. */
  onOpened(opened: (cause: unknown) => void): () => void {
    const swallowed = swallowing(opened) // or the listeners after it would not be told
    this.#opened.add(swallowed)
    return () => this.#opened.delete(swallowed)
  }

  /** Calls `recovered` each time the store has come back, until the returned function is called. */
  onRecovered(recovered: () => void): () => void {
    const swallowed = swallowing(recovered)
    this.#recovered.add(swallowed)
    return () => this.#recovered.delete(swallowed)
  }

  /** Stops probing, for good; commands are refused from then on. Those under way end, by their deadlines at the latest. */
  end(): void {
    this.#isEnded = true
    this.#cancelProbe?.()
  }

  /**
   * Runs one command.
   *
   * @param deadlineMs default the circuit's own; `Infinity` for work of many commands with deadlines of their own.
   * @throws CacheError `STORE_UNAVAILABLE`, with the `cause`: at once while the circuit is open, and once it was ended.
   */
  async run<T>(command: () => T | Promise<T>, deadlineMs = this.#options.deadlineMs): Promise<T> {
    if (this.#isEnded) throw new CacheError('STORE_UNAVAILABLE', 'the store was closed')
    if (!this.isClosed) throw new CacheError('STORE_UNAVAILABLE', 'the store is away; it is being probed')
    try {
      return await this.#breaker.execute(() => this.#within(deadlineMs, command()))
    } catch (cause) {
      this.#note(cause)
      throw new CacheError('STORE_UNAVAILABLE', `the store did not answer: ${messageOf(cause)}`, { cause })
    }
  }

  /** Only these probes meet the half-open breaker: cockatiel lets other calls wait for its outcome. */
  #probeUntilBack(): void {
    this.#probing = true
    const { probe, deadlineMs } = this.#options
    this.#cancelProbe = this.runtime.after(PROBE_EVERY_MS, async () => {
      try {
        await this.#breaker.execute(() => this.#within(deadlineMs, probe()))
      } catch (cause) {
        this.#note(cause)
      }
      if (this.#isEnded) return
      // Not by the probe's own success: a command from before the break that fails meanwhile opens the breaker anew.
      if (this.isClosed) this.#probing = false
      else this.#probeUntilBack()
    })
  }

  #note(failure: unknown): void {
    if (this.#options.isOutage(failure)) this.#lastFailure = failure
  }

  /** @throws Error after `ms` milliseconds without an answer. */
  async #within<T>(ms: number, answer: T | Promise<T>): Promise<T> {
    if (!(answer instanceof Promise) || ms === Number.POSITIVE_INFINITY) return answer
    return within(answer, ms, this.runtime)
  }
}
