/**
 * Imported by an API process of a drill: after SIGURG, the next HANGING_LOADS loads never end. They hang in the added delay
 * (ORIGIN_DELAY_MS), after the query, so they hold no database connection: the pool has fewer connections than there are loads.
 */
import { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

let left = 0
process.on('SIGURG', () => {
  left = Number(process.env.HANGING_LOADS)
  writeSync(1, 'loads will hang\n')
})

const sleep = timers.setTimeout
timers.setTimeout = (ms, ...rest) => {
  if (left === 0 || ms !== Number(process.env.ORIGIN_DELAY_MS)) return sleep(ms, ...rest)
  left--
  if (left === 0) writeSync(1, 'loads hang\n')
  return new Promise(() => {})
}
syncBuiltinESMExports()
