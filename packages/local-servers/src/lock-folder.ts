import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

export interface FolderLock {
  /** Sets the answer to `askHolder`. */
  tell(answer: string): void
  /** Unlocks the folder. */
  release(): void
}

/**
 * Locks a folder for this process by listening on a socket file beside it (`FOLDER.lock`), which only this user can open.
 * The system closes a socket even if its process is killed; a file with a pid would stay.
 * Throws if another process holds the lock.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  // Socket paths are limited to about 100 bytes, so use a relative one. Only the services process runs this, and it may chdir.
  process.chdir(dirname(folder))
  const name = `${basename(folder)}.lock`
  if (await isHeld(name)) {
    throw new Error(`${folder} is in use by another process; end it first (another \`pnpm dev\`?), or set DATABASE_URL`)
  }
  let answer: string | undefined
  const waiting = new Set<(answer: string) => void>()
  const lock = createServer((socket) => {
    socket.on('error', () => {})
    if (answer !== undefined) return void socket.end(answer)
    const send = (text: string) => socket.end(text)
    waiting.add(send)
    socket.once('close', () => waiting.delete(send))
  })
  // The file appears a moment before its socket listens; a process that connects in between would consider the holder dead.
  const notYet = `${name}.${process.pid}`
  const umask = process.umask(0o077)
  try {
    await once(lock.listen(notYet), 'listening')
  } finally {
    process.umask(umask)
  }
  renameSync(notYet, name)
  lock.unref()
  return {
    tell(text) {
      answer = text
      for (const send of waiting) send(text)
      waiting.clear()
    },
    release() {
      lock.close()
      rmSync(name, { force: true })
    },
  }
}

/** The answer of the process that holds the folder, as soon as it has one; undefined if no process holds it. */
export async function askHolder(folder: string): Promise<string | undefined> {
  // Socket paths are limited to about 100 bytes. This process may not chdir, so it uses a short symlink.
  const way = mkdtempSync(join(tmpdir(), 'way-'))
  try {
    symlinkSync(resolve(dirname(folder)), join(way, 'to'))
    const socket = connect(join(way, 'to', `${basename(folder)}.lock`))
    await once(socket, 'connect')
    return await text(socket)
  } catch {
    return undefined
  } finally {
    rmSync(way, { recursive: true })
  }
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
