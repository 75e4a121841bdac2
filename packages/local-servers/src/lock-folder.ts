import { once } from 'node:events'
import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { basename, dirname } from 'node:path'

/**
 * Claims a folder for this process by listening on a socket file beside it (`FOLDER.lock`), and returns what gives it back.
 * A socket, because the system lets go of it when its process dies, however that happens: a file with a pid would stay.
 * Throws when another process holds it.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  // Socket paths end at about 100 bytes, so it is named from where it lies. Only the services process comes here: it may move.
  process.chdir(dirname(folder))
  const name = `${basename(folder)}.lock`
  if (!(await isHeld(name))) {
    try {
      unlinkSync(name)
    } catch {}
    const lock = createServer((socket) => socket.end()).listen(name)
    await once(lock, 'listening')
    lock.unref()
    return () => lock.close()
  }
  throw new Error(
    `${folder} is in use by another process; end that one first (another \`pnpm dev\`?), or set DATABASE_URL`,
  )
}

function isHeld(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(name)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
