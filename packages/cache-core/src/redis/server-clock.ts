import { systemRuntime } from '../ports/runtime.ts'
import type { StoreClock } from '../ports/store.ts'

/** Two clocks may drift apart by so much of the time since they were last compared: as much as NTP slews one. */
const DRIFT = 500e-6

/**
 * The server's time as this process can know it: its own monotonic clock, corrected by what the server said.
 *
 * An answer `serverNow` to a command sent at `s` and answered at `r` was true somewhere between the two. That is all
 * that is known, and it widens with drift: so the clock answers in bounds, and who asks takes the unfavourable one.
 */
export class ServerClock implements StoreClock {
  /** Our own monotonic time, in milliseconds. */
  readonly now: () => number
  /** Server time minus ours lay between these when `#comparedAt` was now. */
  #lowest = Number.NEGATIVE_INFINITY
  #highest = Number.POSITIVE_INFINITY
  #comparedAt = 0

  constructor(now = systemRuntime.now) {
    this.now = now
  }

  /** Before the first comparison on a connection nothing is known, and nothing counts as fresh. */
  get isCompared(): boolean {
    return Number.isFinite(this.#highest)
  }

  /** A new connection may lead to another server. */
  forget(): void {
    this.#lowest = Number.NEGATIVE_INFINITY
    this.#highest = Number.POSITIVE_INFINITY
  }

  /** Takes the server's answer to a command sent at `sentAt`, by our clock. Keeps the sharper of the two bounds. */
  compare(serverNow: number, sentAt: number): void {
    const now = this.now()
    const lowest = serverNow - now
    const highest = serverNow - sentAt + (now - sentAt) * DRIFT // they drifted on the way, too
    const drift = this.#drift(now)
    const sharper = highest - lowest <= this.#highest - this.#lowest + 2 * drift
    const contradicts = lowest > this.#highest + drift || highest < this.#lowest - drift
    if (!sharper && !contradicts) return
    this.#lowest = lowest
    this.#highest = highest
    this.#comparedAt = now
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
