/**
 * One line per read: strategy, key, outcome, time. At `info` at most 20 a second, and then one line that says how many
 * were left out; at `debug` all of them; above `info` none, and then a read pays nothing for it.
 */
import type { Outcome } from 'cache-core'
import type { Logger } from 'pino'

export const MAX_LINES_PER_SECOND = 20
const WINDOW_MS = 1_000

export interface AccessLog {
  readonly isOn: boolean
  /** @param ms from the request's arrival to its answer */
  read(strategy: string, key: string, outcome: Outcome, ms: number): void
}

/** @param now milliseconds, monotonic; a test's own clock goes here and in the timers */
export function accessLog(logger: Logger, now: () => number = () => performance.now()): AccessLog {
  const write = (strategy: string, key: string, outcome: Outcome, ms: number) =>
    logger.info({ strategy, key, outcome, ms: Math.round(ms * 1_000) / 1_000 }, 'read')
  if (!logger.isLevelEnabled('info')) return { isOn: false, read() {} }
  if (logger.isLevelEnabled('debug')) return { isOn: true, read: write }

  let windowEndsAt = Number.NEGATIVE_INFINITY
  let lines = 0
  let leftOut = 0

  function sayHowManyWereLeftOut(): void {
    logger.info({ leftOut }, `${leftOut} more reads in this second; LOG_LEVEL=debug shows all`)
    leftOut = 0
  }

  return {
    isOn: true,
    read(strategy, key, outcome, ms) {
      const at = now()
      if (at >= windowEndsAt) {
        windowEndsAt = at + WINDOW_MS
        lines = 0
      }
      if (lines < MAX_LINES_PER_SECOND) {
        lines++
        write(strategy, key, outcome, ms)
        return
      }
      // By a timer, so that it is said even when nobody reads on.
      if (leftOut++ === 0) setTimeout(sayHowManyWereLeftOut, windowEndsAt - at).unref()
    },
  }
}
