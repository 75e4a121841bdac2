import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

export interface FolderLock {
  /** What `askHolder` is answered with from now on. */
  tell(answer: string): void
  /** Gives the folder back. */
  release(): void
}

/**
 * Claims a folder for this process by listening on a socket file beside it (`FOLDER.lock`), which only this user can open.
 * A socket, because the system lets go of it when its process dies, however that happens: a file with a pid would stay.
 * Throws when another process holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  // Socket paths end at about 100 bytes, so it is named from where it lies. Only the services process comes here: it may move.
  process.chdir(dirname(folder))
  const name = `${basename(folder)}.lock`
  if (await isHeld(name)) {
    throw new Error(
      `${folder} is in use by another process; end that one first (another \`pnpm dev\`?), or set DATABASE_URL`,
    )
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
  // The file is there a moment before its socket listens, and a process that asks in that moment would take its holder for dead.
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

/** What the process that holds the folder tells, once it has something to tell; undefined when no process holds it. */
export async function askHolder(folder: string): Promise<string | undefined> {
  // Socket paths end at about 100 bytes. Unlike the services process this one may not move: it gets a short way there.
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
