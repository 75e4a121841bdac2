import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { createDatabase, migrate, type PostsDatabase, schemaName } from '../src/index.ts'

export function testUrl(): string {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('TEST_DATABASE_URL is not set; run the tests with `pnpm test`, which provides a database')
  return url
}

/** A unique strategy name, with `peer:` so that the commands accept it. */
function uniqueStrategy(): string {
  return `peer:t${randomBytes(6).toString('hex')}`
}

/** Private schemas of the test file in the test database, dropped after it. */
export function scratchSchemas(): { db(): PostsDatabase; name(): string; migrated(): Promise<string> } {
  const names: string[] = []
  let db: PostsDatabase | undefined
  const open = () => {
    if (db === undefined) throw new Error('the database opens in beforeAll')
    return db
  }
  beforeAll(() => {
    // Fewer than the embedded Postgres allows, since pools of other tests may be open.
    db = createDatabase({ url: testUrl(), maxConnections: 5 })
  })
  afterAll(async () => {
    for (const name of names) await open().kysely.schema.dropSchema(name).ifExists().cascade().execute()
    await open().close()
  })
  const name = () => {
    const schema = schemaName(uniqueStrategy())
    names.push(schema)
    return schema
  }
  return {
    db: open,
    name,
    async migrated() {
      const schema = name()
      await migrate(open(), [schema])
      return schema
    },
  }
}
