/** One API process with a scratch database, posts in every copy, and a private Redis, since it uses the default key prefix. */
import { type ApiProcess, createScratchDatabase, startApi, startRedis } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

export interface World extends ApiProcess {
  /** The API's logged errors and crash output. */
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
  const redis = await startRedis()
  const api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL: redis.url, ...env })
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
      await redis.stop()
      await scratch.drop()
    },
  }
}
