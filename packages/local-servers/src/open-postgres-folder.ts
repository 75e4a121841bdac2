import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { askHolder } from './lock-folder.ts'
import { startServices } from './start-services.ts'

/** Where `pnpm dev` keeps its embedded Postgres, from the repository's root. */
export const postgresFolder = '.data/postgres'

export interface OpenedPostgres {
  url: string
  /** Whether another process has it open, `pnpm dev` say. */
  isShared: boolean
  /** Ends it if it was started for this. */
  close(): Promise<void>
}

/**
 * The embedded Postgres whose data is in `dataDir`: that of the process that has it open, or, when none has, one started on the folder
 * until `close()`.
 */
export async function openPostgresFolder(dataDir: string): Promise<OpenedPostgres> {
  const url = existsSync(dirname(dataDir)) ? await askHolder(dataDir) : undefined
  // One that ends while it starts has told nothing, and lets go of the folder.
  if (url) return { url, isShared: true, async close() {} }
  const services = await startServices({ postgres: { dataDir } })
  return { url: services.postgres!.url, isShared: false, close: () => services.stop() }
}
