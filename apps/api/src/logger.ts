import { type Logger, pino } from 'pino'
import type { Env } from './env.ts'

/** JSON lines on stdout, written at once so that none is lost at the end. */
export function createLogger(level: Env['LOG_LEVEL']): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
