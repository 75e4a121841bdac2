import { systemRuntime } from '../ports/runtime.ts'
import type { StoreClock } from '../ports/store.ts'

/** Maximum drift between two clocks, as a fraction of the time since they were compared: NTP's maximum slew rate. */
const DRIFT = 500e-6

/**
 * An estimate of the server's time: this process's monotonic clock, corrected by the server's answers.
 *
 * The server read `serverNow` at some moment between sending a command at `s` and its answer at `r`. Nothing more is known, and
 * drift widens the interval. So the clock returns bounds, and its caller uses the unfavourable one.
 */
export class ServerClock implements StoreClock {
  /** This process's monotonic time, in milliseconds. */
  readonly now: () => number
  /** Bounds of server time minus ours at `#comparedAt`. */
  #lowest = Number.NEGATIVE_INFINITY
  #highest = Number.POSITIVE_INFINITY
  #comparedAt = 0

  constructor(now = systemRuntime.now) {
    this.now = now
  }

  /** Before the first comparison on a connection, nothing counts as fresh. */
  get isCompared(): boolean {
    return Number.isFinite(this.#highest)
  }

  /** A new connection may lead to another server. */
  forget(): void {
    this.#lowest = Number.NEGATIVE_INFINITY
    this.#highest = Number.POSITIVE_INFINITY
  }

  /**
   * Takes the server's answer to a command sent at `sentAt`, by our clock. Keeps the tighter bounds.
   *
   * @param spanMs the server's time was at least `serverNow`, and less than `serverNow + spanMs`.
   * @param answeredAt the latest moment at which the server read its time, by our clock. Default now.
   */
  compare(serverNow: number, sentAt: number, { spanMs = 0, answeredAt = this.now() } = {}): void {
    const now = this.now()
    const lowest = serverNow - answeredAt - (now - answeredAt) * DRIFT
    const highest = serverNow + spanMs - sentAt + (now - sentAt) * DRIFT // they may also drift in transit
    const drift = this.#drift(now)
    const sharper = highest - lowest <= this.#highest - this.#lowest + 2 * drift
    const contradicts = lowest > this.#highest + drift || highest < this.#lowest - drift
    if (!sharper && !contradicts) return
    this.#lowest = lowest
    this.#highest = highest
    this.#comparedAt = now
  }

  /** Takes over the comparison of another instance with the same `now`. */
  adopt(other: ServerClock): void {
    this.#lowest = other.#lowest
    this.#highest = other.#highest
    this.#comparedAt = other.#comparedAt
  }

  earliest(): number {
    const now = this.now()
    return now + this.#lowest - this.#drift(now)
  }

  latest(): number {
    const now = this.now()
    return now + this.#highest + this.#drift(now)
  }

  #drift(now: number): number {
    return (now - this.#comparedAt) * DRIFT
  }
}
