import { type Runtime, within } from './ports/runtime.ts'

/** Maximum number of concurrent loads while the cache is bypassed; the others queue. */
const PLACES = 32
/**
 * A load that takes longer gives up its place and continues. This is far longer than a load from a healthy origin, so that the
 * limit holds under load. It is also the longest that 32 hanging loads block the others.
 */
const PLACE_MS = 1_000

/** Runs the loads of a bypassed cache in order of arrival, a few at a time. */
export class LoadQueue {
  readonly #runtime: Runtime
  /** In order of arrival. Each is called when it gets a place. */
  readonly #queue = new Set<() => void>()
  #free = PLACES

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Whether the next load gets a place immediately. */
  get isFree(): boolean {
    return this.#free > 0
  }

  /**
   * Runs `load` once it has a place, and passes it its time in the queue, in milliseconds.
   *
   * @param timeoutMs the longest it may queue. `undefined`: no limit.
   * @param tooLate makes the error after that time; the load is never run.
   */
  async run<R>(
    load: (queuedMs: number) => Promise<R>,
    timeoutMs: number | undefined,
    tooLate: () => Error,
  ): Promise<R> {
    const cameAt = this.#runtime.now()
    if (this.#free > 0) this.#free--
    else await this.#turn(timeoutMs, tooLate)
    const giveBack = this.#holdPlace()
    try {
      return await load(this.#runtime.now() - cameAt)
    } finally {
      giveBack()
    }
  }

  #turn(timeoutMs: number | undefined, tooLate: () => Error): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queue.add(resolve)
    if (timeoutMs === undefined) return promise
    return within(promise, timeoutMs, this.#runtime, () => {
      this.#queue.delete(resolve)
      return tooLate()
    })
  }

  /** Gives the place back after `PLACE_MS`, or earlier when the returned function is called. */
  #holdPlace(): () => void {
    let isHeld = true
    const giveBack = () => {
      if (!isHeld) return
      isHeld = false
      cancel()
      this.#passOn()
    }
    const cancel = this.#runtime.after(PLACE_MS, giveBack)
    return giveBack
  }

  #passOn(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#free++
      return
    }
    this.#queue.delete(next)
    next()
  }
}
