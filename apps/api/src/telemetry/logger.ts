import { type Logger, pino } from 'pino'
import type { Env } from '../process/env.ts'

/** JSON lines on stdout, written synchronously so that none is lost at exit. */
export function createLogger(level: Env['LOG_LEVEL']): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
