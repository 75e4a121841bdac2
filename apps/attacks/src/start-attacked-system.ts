import { type System, startSystem } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

/** Of the API's process. */
export const apiEntry = new URL('../../api/src/main.ts', import.meta.url)

export interface AttackedSystemOptions {
  readonly posts: number
  /** The environment of each API process. */
  readonly apis: readonly Readonly<Record<string, string>>[]
  /** The copies of the posts. Default: one for each named strategy. */
  readonly strategies?: readonly string[]
}

/** A system as `startSystem` starts it: over a private Redis, and a throw-away database with posts. */
export interface AttackedSystem extends System {
  readonly urls: readonly string[]
  /** The errors and crashes in the output of the API processes. */
  errors(): string[]
}

/**
 * Starts API processes with posts loaded. The database is on the server of DATABASE_URL, or of TEST_DATABASE_URL in tests;
 * without either it is an embedded one.
 */
export function startAttackedSystem(options: AttackedSystemOptions): Promise<AttackedSystem> {
  const { posts, apis, strategies = strategyNames } = options
  const databaseServer = process.env.TEST_DATABASE_URL || process.env.DATABASE_URL
  const postgres = databaseServer ? { scratchOn: databaseServer } : true
  return startSystem({ entry: apiEntry, redis: true, postgres }, async (system) => {
    await loadCopies(system.services.postgres!.url, strategies, posts)
    // One after another, since each migrates first.
    for (const env of apis) await system.startApi(env)
    return {
      ...system,
      urls: system.apis.map(({ url }) => url),
      errors: () => system.apis.flatMap(({ output }) => output().split('\n').filter(isError)),
    }
  })
}

/** Fills an empty database with the same posts for each strategy. */
export async function loadCopies(url: string, strategies: readonly string[], count: number): Promise<void> {
  const database = createDatabase({ url })
  const schemas = strategies.map(schemaName)
  try {
    await migrate(database, schemas)
    await loadPosts(database, schemas, { count })
  } finally {
    await database.close()
  }
}

function isError(line: string): boolean {
  return /"level":[56]0/.test(line) || (line !== '' && !line.startsWith('{') && /error|reject/i.test(line))
}
