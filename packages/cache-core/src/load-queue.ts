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
  /** In order of arrival, with their groups. Each is called when it may run, with whether it got a place of its own. */
  readonly #queue = new Map<(hasPlace: boolean) => void, object | undefined>()
  /** Those with a load that has a place. */
  readonly #groups = new Set<object>()
  #free = PLACES

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Whether the next load of this group runs immediately. */
  isFreeFor(group: object | undefined): boolean {
    return this.#free > 0 || this.#hasPlace(group)
  }

  /**
   * Runs `load` once it has a place, and passes it its time in the queue, in milliseconds.
   *
   * @param timeoutMs the longest it may queue. `undefined`: no limit.
   * @param tooLate makes the error after that time; the load is never run.
   * @param group of loads that are run by one call: when one of them gets a place, all others may run.
   */
  async run<R>(
    load: (queuedMs: number) => Promise<R>,
    timeoutMs: number | undefined,
    tooLate: () => Error,
    group?: object,
  ): Promise<R> {
    if (this.#hasPlace(group)) return load(0)
    const cameAt = this.#runtime.now()
    if (this.#free > 0) {
      this.#free--
      if (group !== undefined) this.#groups.add(group)
    } else {
      const hasPlace = await this.#turn(timeoutMs, tooLate, group)
      if (!hasPlace) return load(this.#runtime.now() - cameAt)
    }
    const giveBack = this.#holdPlace()
    try {
      return await load(this.#runtime.now() - cameAt)
    } finally {
      if (group !== undefined) this.#groups.delete(group)
      giveBack()
    }
  }

  #hasPlace(group: object | undefined): boolean {
    return group !== undefined && this.#groups.has(group)
  }

  #turn(timeoutMs: number | undefined, tooLate: () => Error, group: object | undefined): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#queue.set(resolve, group)
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
    const [first, group] = next
    this.#queue.delete(first)
    first(true)
    if (group === undefined) return
    this.#groups.add(group)
    for (const [other, its] of this.#queue) {
      if (its !== group) continue
      this.#queue.delete(other)
      other(false)
    }
  }
}
