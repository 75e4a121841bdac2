/**
 * Coalescing: callers of one key in one process share the work of one of them.
 *
 * **A caller takes only what was asked for after it began.** Sharing whatever happens to be under way would hand out
 * values from before a write that was acknowledged before the caller came. Who comes too late for a flight waits for
 * its end and shares the next one, which mostly finds the entry the first one filled.
 */
export class Flights {
  readonly #underWay = new Map<string, Flight<unknown>>()

  /**
   * Runs `start` unless a flight for `key` is under way whose result this caller may share.
   *
   * @param began the moment at which this caller began.
   * @param start what a flight does; told whether its caller waited for another one before.
   * @param answersAll whether a failure answers all who wait, whenever they began.
   */
  async join<T>(
    key: string,
    began: number,
    start: (flight: AsOf, waited: boolean) => Promise<T>,
    answersAll: (failure: unknown) => boolean = () => false,
  ): Promise<{ result: T; own: boolean }> {
    for (let waited = false; ; waited = true) {
      const flight = this.#underWay.get(key) as Flight<T> | undefined
      if (flight === undefined) {
        const own = new Flight<T>()
        this.#underWay.set(key, own)
        own.landed = start(own, waited).finally(() => this.#underWay.delete(key))
        return { result: await own.landed, own: true }
      }
      try {
        const result = await flight.landed
        if (flight.asOf > began) return { result, own: false }
      } catch (failure) {
        if (flight.asOf > began || answersAll(failure)) throw failure
      }
    }
  }
}

let moment = 0

/** The next moment of this process's own order of events. */
export function nextMoment(): number {
  return ++moment
}

/** The moment at which that was asked for on which a flight's result rests. Set by the flight as it goes. */
export interface AsOf {
  asOf: number
}

class Flight<T> implements AsOf {
  asOf = 0
  landed!: Promise<T>
}
