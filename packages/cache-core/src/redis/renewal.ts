import type { Runtime } from '../ports/runtime.ts'
import type { CacheWarning } from '../warning.ts'

/** Backoff between two renewals, in milliseconds: doubled each time. */
const PAUSE_MS = { first: 1_000, last: 16_000 }

/** After this many milliseconds without a request, the backoff starts over. */
const SETTLED_AFTER_MS = 60_000

/** Ends an unusable connection, if allowed, so that the client opens a new one. Limits how often. */
export class Renewal {
  readonly #renew: () => boolean
  readonly #runtime: Pick<Runtime, 'now'>
  readonly #warn: (warning: CacheWarning) => void
  #isAllowed = false
  #pauseMs = PAUSE_MS.first
  #notBefore = Number.NEGATIVE_INFINITY
  #lastAt = Number.NEGATIVE_INFINITY
  #saidWhy: string | undefined

  /** @param renew false: there is no connection to end. */
  constructor(renew: () => boolean, runtime: Pick<Runtime, 'now'>, warn: (warning: CacheWarning) => void) {
    this.#renew = renew
    this.#runtime = runtime
    this.#warn = warn
  }

  allow(): void {
    this.#isAllowed = true
  }

  /** @param why the problem with the connection. Reported once, and again only after a quiet minute. */
  request(why: string): void {
    const now = this.#runtime.now()
    if (now - this.#lastAt > SETTLED_AFTER_MS) {
      this.#pauseMs = PAUSE_MS.first
      this.#saidWhy = undefined
    }
    this.#lastAt = now
    if (!this.#isAllowed) {
      this.#say(why, {
        code: 'CONNECTION_STUCK',
        message: `the connection to Redis is unusable: ${why}. Reconnect the client, or give redisStore \`ownsConnection: true\` if the client serves only caches`,
      })
      return
    }
    if (now < this.#notBefore) return
    this.#notBefore = now + this.#pauseMs
    this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS.last)
    if (!this.#renew()) return
    this.#say(why, { code: 'CONNECTION_RENEWED', message: `the connection to Redis was renewed: ${why}` })
  }

  #say(why: string, warning: CacheWarning): void {
    if (this.#saidWhy === why) return
    this.#saidWhy = why
    this.#warn(warning)
  }
}
