/** Graceful shutdown: pending requests are finished if time allows. */
import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
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

/** The server's open connections. */
export function connectionsOf(server: Server): ReadonlySet<Connection> {
  const open = new Set<Connection>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return open
}

/** `_httpMessage`: the answer under way, until all of it is sent. */
type Connection = Socket & { readonly _httpMessage?: ServerResponse | null }

/**
 * Stops accepting connections and waits for pending requests, at most `FINISH_WITHIN_MS`.
 *
 * @param connections from `connectionsOf`
 */
export async function finishRequests(server: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = once(server, 'close')
  // Not by the HTTP server's own `close` and `closeIdleConnections`: they also cut off answers that are written, but not yet sent.
  NetServer.prototype.close.call(server)
  // A keep-alive connection would delay the shutdown. One that sends another request is closed after the answer, and one that is
  // idle without it. While bytes arrive, it may have sent a part of a request.
  server.prependListener('request', (_, response) => void response.setHeader('Connection', 'close'))
  const bytesRead = new Map<Connection, number>()
  const closeIdle = () => {
    for (const connection of connections) {
      if (!connection._httpMessage && bytesRead.get(connection) === connection.bytesRead) connection.destroy()
      bytesRead.set(connection, connection.bytesRead)
    }
  }
  const idle = setInterval(closeIdle, 20)
  const overdue = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(overdue)
}
