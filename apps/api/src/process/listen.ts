import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Env, EnvError } from './env.ts'

/**
 * Listens, and returns the server's URL.
 *
 * @throws EnvError if the port is in use or not allowed, or the host is not this machine's
 */
export async function listen(server: Server, { PORT, HOST }: Pick<Env, 'PORT' | 'HOST'>): Promise<string> {
  try {
    server.listen(PORT, HOST)
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new EnvError(`can't listen on HOST ${HOST}, PORT ${PORT} (${code}); set others, or PORT=0 for any free port`)
  }
  const { address, port } = server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
