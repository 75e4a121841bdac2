import { once } from 'node:events'
import { connect } from 'node:net'

/** Resolves when the server at the other end of a connection opened now is gone. */
export async function watchServer(url: string): Promise<{ gone: Promise<unknown> }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.resume()
  return { gone: new Promise((resolve) => socket.once('close', resolve)) }
}

/**
 * Whether nobody listens there. A server on its way out may still take a connection and drop it: then it is asked again.
 */
export async function refuses(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), hostname)
    try {
      await once(socket, 'connect')
      await once(socket.resume(), 'close', { signal: AbortSignal.timeout(300) })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') continue
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
    } finally {
      socket.destroy()
    }
  }
}
