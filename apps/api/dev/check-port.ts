import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Throws when the API's port is in use; port 0 never is. Runs before anything starts: later, `node --watch` would report it and
 * wait for a file to change.
 */
export async function checkPort(port: number, host: string): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen(port, host), 'listening')
  } catch (cause) {
    const what =
      (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'is in use; stop the process that listens there (another `pnpm dev`?), or set PORT'
        : `is not usable (${(cause as Error).message}); set PORT or HOST`
    throw new Error(`port ${port} on ${host} ${what}`, { cause })
  }
  probe.close()
  await once(probe, 'close')
}
