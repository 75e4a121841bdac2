import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { lockFolder } from './lock-folder.ts'
import type { PostgresWorkerData, PostgresWorkerReply } from './postgres-worker.ts'
import type { EmbeddedPostgresOptions } from './services-messages.ts'

/**
 * Runs PGlite in a thread, so that this process notices the end of its parent even during a long query.
 * `onLost` is called if it ends by itself. Only for the services process; other code uses `startPostgres`.
 *
 * Throws if another process has the folder open, or if its content can't be opened.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
  onLost: () => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { dataDir, tell, giveBack } = await claimFolder(options.dataDir)
  const workerData: PostgresWorkerData = { dataDir, maxConnections: options.maxConnections ?? 100 }
  const worker = new Worker(new URL('./postgres-worker.ts', import.meta.url), { workerData })
  let stopping = false
  worker.on('error', (error) => console.error('embedded Postgres failed:', error))
  const gone = once(worker, 'exit').then(() => {
    giveBack()
    if (!stopping) onLost()
  })

  const [reply] = (await once(worker, 'message')) as [PostgresWorkerReply]
  if ('error' in reply) {
    stopping = true
    await gone
    const remedy = 'move the folder away to start with an empty one, or set DATABASE_URL'
    throw new Error(`embedded Postgres could not open ${dataDir} (${reply.error.message}); ${remedy}`, {
      cause: reply.error,
    })
  }
  const url = `postgres://postgres:postgres@127.0.0.1:${reply.port}/postgres`
  // Other processes that ask for this folder use this URL.
  tell(url)
  return {
    url,
    async stop() {
      stopping = true
      worker.postMessage('stop')
      await gone
    },
  }
}

interface ClaimedFolder {
  dataDir: string
  tell(answer: string): void
  giveBack(): void
}

/** Locks the requested folder, or makes a temporary one that is deleted when given back or when this process exits. */
async function claimFolder(asked: string | undefined): Promise<ClaimedFolder> {
  if (asked === undefined) {
    const dataDir = mkdtempSync(join(tmpdir(), 'private-postgres-'))
    const giveBack = () => rmSync(dataDir, { recursive: true, force: true })
    process.on('exit', giveBack)
    return { dataDir, tell() {}, giveBack }
  }
  const dataDir = resolve(asked)
  mkdirSync(dataDir, { recursive: true })
  const lock = await lockFolder(dataDir)
  return { dataDir, tell: lock.tell, giveBack: lock.release }
}
