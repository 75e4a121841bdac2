/**
 * What the service was asked for, a line each. Reads, writes and refusals: at `info` at most 20 a second of each, and then one line that
 * says how many were left out, so that neither a load test nor a bad client floods the log; at `debug` all of them. What an admin did is
 * always said. Above `info` there is nothing, and then a request pays nothing for it.
 */
import type { Outcome } from 'cache-core'
import type { Logger } from 'pino'

export const MAX_LINES_PER_SECOND = 20
const WINDOW_MS = 1_000

/** A write that was acknowledged. */
export interface LoggedWrite {
  readonly method: string
  /** `post:42` */
  readonly key: string
  readonly strategy: string
  readonly status: number
  /** From the request's arrival to its answer. */
  readonly ms: number
  /** Around the cache. */
  readonly direct: boolean
}

/** A request that was answered with a problem that is the client's. */
export interface LoggedRefusal {
  readonly method: string
  /** As it was sent, as far as it could be read. */
  readonly path: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
}

export interface AccessLog {
  readonly isOn: boolean
  /** @param ms from the request's arrival to its answer */
  read(strategy: string, key: string, outcome: Outcome, ms: number): void
  write(write: LoggedWrite): void
  refusal(refusal: LoggedRefusal): void
  /** Something an admin did: tuned, invalidated, warmed, stats reset. */
  action(what: string, details: object): void
}

const silent: AccessLog = { isOn: false, read() {}, write() {}, refusal() {}, action() {} }

/** @param now milliseconds, monotonic; a test's own clock goes here and in the timers */
export function accessLog(logger: Logger, now: () => number = () => performance.now()): AccessLog {
  if (!logger.isLevelEnabled('info')) return silent
  const isLimited = !logger.isLevelEnabled('debug')
  const limitOf = (what: string) => (isLimited ? limit(logger, what, now) : () => true)
  const mayReads = limitOf('reads')
  const mayWrites = limitOf('writes')
  const mayRefusals = limitOf('refusals')
  return {
    isOn: true,
    read(strategy, key, outcome, ms) {
      if (mayReads()) logger.info({ strategy, key, outcome, ms: toMicros(ms) }, 'read')
    },
    write({ ms, direct, ...write }) {
      if (mayWrites()) logger.info({ ...write, ms: toMicros(ms), ...(direct && { direct }) }, 'write')
    },
    refusal(refusal) {
      if (mayRefusals()) logger.info({ ...refusal, path: refusal.path.slice(0, 200) }, 'refused')
    },
    action: (what, details) => logger.info(details, what),
  }
}

/** Answers whether there may be one line more in this second; how many were left out is said at its end. */
function limit(logger: Logger, what: string, now: () => number): () => boolean {
  let windowEndsAt = Number.NEGATIVE_INFINITY
  let lines = 0
  let leftOut = 0

  function sayHowManyWereLeftOut(): void {
    logger.info({ leftOut }, `${leftOut} more ${what} in this second; LOG_LEVEL=debug shows all`)
    leftOut = 0
  }

  return () => {
    const at = now()
    if (at >= windowEndsAt) {
      windowEndsAt = at + WINDOW_MS
      lines = 0
    }
    if (lines < MAX_LINES_PER_SECOND) {
      lines++
      return true
    }
    // By a timer, so that it is said even when nobody asks again.
    if (leftOut++ === 0) setTimeout(sayHowManyWereLeftOut, windowEndsAt - at).unref()
    return false
  }
}

function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
