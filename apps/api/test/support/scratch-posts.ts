import { createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { inject } from 'vitest'

/** A database of its own with posts, for an API that a test starts as a process. The caller drops it. */
export async function scratchPosts(
  count: number,
  strategies: readonly string[] = strategyNames,
): Promise<ScratchDatabase> {
  const scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
  const database = createDatabase({ url: scratch.url })
  const schemas = strategies.map(schemaName)
  await migrate(database, schemas)
  await loadPosts(database, schemas, { count })
  await database.close()
  return scratch
}
