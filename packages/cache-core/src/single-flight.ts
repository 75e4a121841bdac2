/**
 * Single flight: callers of one key in one process share the work of one of them, with one extra rule.
 *
 * **A caller takes only an answer that was asked for after the caller began.** Any other running flight could return a value
 * older than a write acknowledged before the caller arrived. A caller that arrives too late waits for the current flight to
 * finish and joins the next, which usually finds the entry that the first one filled.
 *
 * The moment belongs to the answer, not to the flight: a flight may ask again and still return the entry it found before.
 */
export class SingleFlight {
  readonly #running = new Map<string, Flight<Answer>>()

  /**
   * Runs `start`, unless a flight for `key` is running whose answer this caller may share.
   *
   * @param began the moment at which this caller began.
   * @param asker knows when it last asked: a failure is shared with callers that began before that.
   * @param start the work. `waited`: its caller waited for another flight first.
   * @param answersAll whether all waiting callers share a failure, regardless of when they began.
   */
  async join<A extends Answer>(
    key: string,
    began: number,
    asker: Asker,
    start: (waited: boolean) => Promise<A>,
    answersAll: (failure: unknown) => boolean = () => false,
  ): Promise<A> {
    for (let waited = false; ; waited = true) {
      const flight = this.#running.get(key) as Flight<A> | undefined
      if (flight === undefined) return (await this.#begin(key, asker, () => start(waited)).promise) as A
      const ended = asker.waitFor?.(flight.promise, flight.asker)
      if (ended !== undefined) await ended
      try {
        const answer = await flight.promise
        if (answer !== undefined && answer.asOf > began) return answer
      } catch (failure) {
        if (flight.asker.askedAt > began || answersAll(failure)) throw failure
      }
    }
  }

  /**
   * Runs `start` if no flight for `key` is running; `undefined` otherwise. Callers may join it. If it resolves to `undefined`, it
   * has no answer for them.
   */
  startIfIdle<A extends Answer>(
    key: string,
    asker: Asker,
    start: () => Promise<A | undefined>,
  ): Promise<A | undefined> | undefined {
    return this.#running.has(key) ? undefined : this.#begin(key, asker, start).promise
  }

  /** Resolves once the flights that run now have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ promise }) => promise))
  }

  #begin<A extends Answer>(key: string, asker: Asker, start: () => Promise<A | undefined>): Flight<A> {
    const flight: Flight<A> = { asker, promise: undefined as never }
    this.#running.set(key, flight)
    flight.promise = this.#run(key, start)
    return flight
  }

  /** Not `start().finally(…)`, which creates two more promises. */
  async #run<A extends Answer>(key: string, start: () => Promise<A | undefined>): Promise<A | undefined> {
    try {
      return await start()
    } finally {
      this.#running.delete(key)
    }
  }
}

let moment = 0

/** The next moment in this process's order of events. */
export function nextMoment(): number {
  return ++moment
}

/** The result of a flight. */
export interface Answer {
  /** The moment at which the store or the origin was asked for it. */
  readonly asOf: number
}

export interface Asker {
  /** The moment at which it last asked the store or the origin. */
  readonly askedAt: number
  /** When its load began, or its wait for a place or a lease, in its runtime's milliseconds; `undefined` before that. */
  readonly loadBeganAt?: number | undefined
  /** Resolves once another caller's flight has ended, and rejects at this caller's timeout. `undefined`: no timeout. */
  waitFor?(flight: Promise<unknown>, other: Asker): Promise<void> | undefined
}

interface Flight<A extends Answer> {
  readonly asker: Asker
  promise: Promise<A | undefined>
}
