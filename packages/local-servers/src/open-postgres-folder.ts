import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { askHolder } from './lock-folder.ts'
import { startServices } from './start-services.ts'

/** The folder of the embedded Postgres of `pnpm dev`, relative to the repository's root. */
export const postgresFolder = '.data/postgres'

export interface OpenedPostgres {
  url: string
  /** Whether another process, such as `pnpm dev`, has it open. */
  isShared: boolean
  /** Ends it if this call started it. */
  close(): Promise<void>
}

/**
 * The embedded Postgres with its data in `dataDir`: that of the process that has the folder open, otherwise one that is started
 * and runs until `close()`.
 */
export async function openPostgresFolder(dataDir: string): Promise<OpenedPostgres> {
  const url = existsSync(dirname(dataDir)) ? await askHolder(dataDir) : undefined
  // An empty answer: the holder ended while starting, and released the folder.
  if (url) return { url, isShared: true, async close() {} }
  const services = await startServices({ postgres: { dataDir } })
  return { url: services.postgres!.url, isShared: false, close: () => services.stop() }
}
