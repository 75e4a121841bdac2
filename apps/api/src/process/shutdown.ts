/** Graceful shutdown: pending requests are finished if time allows. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'

/** Timeout for pending requests. */
export const FINISH_WITHIN_MS = 8_000
/** Timeout for the whole shutdown; after it, the process exits with 1. */
const END_WITHIN_MS = 9_500

/**
 * Ends the process with 0 on SIGTERM or SIGINT after `closeAll`. It ignores repeated signals: pnpm forwards signals that the
 * process group also receives. An uncaught exception ends it the same way, with 1.
 *
 * @param first the first step, for the log line
 */
export function endGracefully(logger: Logger, first: string, closeAll: () => Promise<void>): void {
  const { close } = closeWithGrace(
    { delay: END_WITHIN_MS, logger: false, skip: ['SIGTERM', 'SIGINT', 'beforeExit'] },
    async ({ err }) => {
      if (err) logger.fatal({ err }, 'uncaught error; shutting down')
      await closeAll()
      if (err) throw err
    },
  )
  let ending = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) return
      ending = true
      logger.info(`${signal}: ${first}, then ending`)
      void close()
    })
  }
}

/** Stops accepting requests and waits for pending ones, at most `FINISH_WITHIN_MS`. */
export async function finishRequests(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A keep-alive connection becomes idle when its last request ends, and would delay the shutdown.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const overdue = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(overdue)
}
