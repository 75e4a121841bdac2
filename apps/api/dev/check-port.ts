import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Throws when the port the API is to listen on is taken; 0 never is. Said before anything is started: later, `node --watch` would wait for a
 * file to change, which doesn't help.
 */
export async function checkPort(port: number, host: string): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen(port, host), 'listening')
  } catch (cause) {
    const what =
      (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'is taken; end what listens there (another `pnpm dev`?), or set PORT'
        : `can't be listened on (${(cause as Error).message}); set PORT, HOST`
    throw new Error(`port ${port} on ${host} ${what}`, { cause })
  }
  probe.close()
  await once(probe, 'close')
}
