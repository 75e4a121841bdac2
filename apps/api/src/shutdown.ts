/** A clean end: no request is cut off that can be finished in time. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import closeWithGrace from 'close-with-grace'
import type { Logger } from 'pino'

/** Requests in flight have so long. */
export const FINISH_WITHIN_MS = 8_000
/** All of it has so long, then the process exits with 1. */
const END_WITHIN_MS = 9_500

/**
 * Ends the process with 0 on SIGTERM or SIGINT, once the requests in flight are answered and `closeAll` is done.
 * Repeated signals change nothing: pnpm passes on what its group gets too. An exception nobody caught ends it the same way, with 1.
 */
export function endGracefully(server: Server, closeAll: () => Promise<void>, logger: Logger): void {
  const { close } = closeWithGrace(
    { delay: END_WITHIN_MS, logger: false, skip: ['SIGTERM', 'SIGINT', 'beforeExit'] },
    async ({ err }) => {
      if (err) logger.fatal({ err }, 'an error nobody caught; ending')
      await finishRequests(server)
      await closeAll()
      if (err) throw err
    },
  )
  let ending = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) return
      ending = true
      logger.info(`${signal}: finishing requests in flight, then ending`)
      void close()
    })
  }
}

/** Stops accepting and waits for the requests in flight, for `FINISH_WITHIN_MS` at most. */
async function finishRequests(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A kept-alive connection whose request ends only now is idle from then on, and would hold up the end.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const overdue = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(overdue)
}
