/** The API as one process over the private servers that `with-servers` gave, with posts in every copy. */
import { type ApiProcess, createScratchDatabase, startApi } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

export interface World extends ApiProcess {
  /** What the API has logged as an error, and what it has said when it crashed. */
  errors(): string[]
  stop(): Promise<void>
}

export async function startWorld(posts: number, env: Record<string, string> = {}): Promise<World> {
  const scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!)
  const database = createDatabase({ url: scratch.url })
  const schemas = strategyNames.map((name) => schemaName(name))
  await migrate(database, schemas)
  await loadPosts(database, schemas, { count: posts })
  await database.close()
  const api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL, ...env })
  return {
    ...api,
    errors() {
      const lines = api.output().split('\n')
      return lines.filter(
        (line) => /"level":[56]0/.test(line) || (line !== '' && !line.startsWith('{') && /error|reject/i.test(line)),
      )
    },
    async stop() {
      api.child.kill('SIGTERM')
      await api.ended
      await scratch.drop()
    },
  }
}
