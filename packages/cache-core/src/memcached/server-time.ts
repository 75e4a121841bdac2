import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Runtime, within } from '../ports/runtime.ts'
import type { ServerClock } from '../resilience/server-clock.ts'
import type { MemcacheNode } from './memcached-client.ts'
import type { MemcachedServer } from './memcached-server.ts'

const ANSWER_WITHIN_MS = 200
/** The server flushes its log immediately, or within 1 s if there are other watchers. */
const LOGGED_WITHIN_MS = 2_500
/**
 * The time in `stats` is a whole second, and the server reads its clock slightly less often than once a second. So the true time
 * is later by less than 2 s plus that margin.
 */
const STATS_SPAN_MS = 2_050

/**
 * Compares clocks with a server. Only memcached's log gives the time to the microsecond. So one connection watches the log while
 * a second one is opened. The line about the second was logged after this process began to connect, and before it got an answer.
 *
 * Falls back to the whole seconds of `stats` if watching is not allowed, over TLS or a Unix socket, and behind port translation.
 */
export async function compareClocks(server: MemcachedServer, clock: ServerClock, runtime: Runtime): Promise<void> {
  const { node } = server
  const canWatch = node.port !== 0 && !node.uri.startsWith('memcaches:')
  if (canWatch && (await compareByLog(node, clock, runtime))) return
  const sentAt = clock.now()
  const { time } = await within(server.stats(), ANSWER_WITHIN_MS, runtime)
  clock.compare(Number(time) * 1_000, sentAt, { spanMs: STATS_SPAN_MS })
}

/** False: the server does not allow watching, or sees other source ports for this process's connections. */
async function compareByLog(node: MemcacheNode, clock: ServerClock, runtime: Runtime): Promise<boolean> {
  const sockets: Socket[] = []
  let log = ''
  async function open(): Promise<Socket> {
    const socket = connect({ host: node.host, port: node.port, noDelay: true })
    sockets.push(socket)
    const connected = once(socket, 'connect')
    socket.on('error', () => {}) // reported by the caller that waits for it
    await connected
    return socket
  }
  const late = new AbortController()
  const cancel = runtime.after(LOGGED_WITHIN_MS, () => {
    const error = new Error(`its log gave no time within ${LOGGED_WITHIN_MS} ms`)
    late.abort(error)
    for (const socket of sockets) socket.destroy(error)
  })
  try {
    const watching = (await open()).setEncoding('latin1')
    watching.write('watch connevents\r\n')
    let sentAt = Number.NaN
    let answeredAt = Number.NaN
    let port: number | undefined
    for await (const text of watching as AsyncIterable<string>) {
      log += text
      if (port === undefined) {
        if (!log.includes('\r\n')) continue
        if (!log.startsWith('OK')) return false
        sentAt = clock.now()
        const other = await open()
        other.write('version\r\n')
        await once(other, 'data', { signal: late.signal }) // a connection that the server has ended emits no error
        answeredAt = clock.now()
        port = other.localPort!
      }
      const toldMs = connectedAt(log, port)
      if (toldMs === undefined) continue
      clock.compare(toldMs, sentAt, { answeredAt })
      return true
    }
    throw new Error('the server ended the connection that watched its log')
  } catch (error) {
    if (log.includes('type=conn_new')) return false
    throw error
  } finally {
    cancel()
    for (const socket of sockets) socket.destroy()
  }
}

/**
 * When the connection from `port` was opened, in the server's milliseconds. The log gives seconds, a point, and microseconds
 * **without leading zeros**.
 */
export function connectedAt(log: string, port: number): number | undefined {
  const told = new RegExp(`ts=(\\d+)\\.(\\d{1,6}) gid=\\d+ type=conn_new .*rport=${port} `).exec(log)
  return told === null ? undefined : Number(told[1]) * 1_000 + Number(told[2]) / 1_000
}
