/**
 * Logs one line per request. At `info`, reads, writes and refusals are limited to 20 lines per second each, followed by
 * one line with the number of omitted lines, so that neither a load test nor a bad client floods the log. `debug` logs
 * all requests. Admin actions are always logged. Above `info` nothing is logged, at no cost to requests.
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
  /** Whether it was written around the cache. */
  readonly direct: boolean
}

/** A request answered with a 4xx problem. */
export interface LoggedRefusal {
  readonly method: string
  /** As sent; `-` if it could not be parsed. */
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
  /** An admin action: tuned, invalidated, warmed, stats reset. */
  action(what: string, details: object): void
}

const silent: AccessLog = { isOn: false, read() {}, write() {}, refusal() {}, action() {} }

/** @param now milliseconds, monotonic; a test replaces it together with the timers */
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

/** Returns whether another line is allowed in this second. Logs the number of omitted lines when the second ends. */
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
    // A timer logs it even when no further request arrives.
    if (leftOut++ === 0) setTimeout(sayHowManyWereLeftOut, windowEndsAt - at).unref()
    return false
  }
}

function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
