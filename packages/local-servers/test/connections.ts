import { once } from 'node:events'
import { connect } from 'node:net'

/** Opens a connection now; `gone` resolves when its server is gone. */
export async function watchServer(url: string): Promise<{ gone: Promise<unknown> }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.resume()
  return { gone: new Promise((resolve) => socket.once('close', resolve)) }
}

/** Whether no server listens there. Retries if a server that is just ending accepts and drops the connection. */
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
