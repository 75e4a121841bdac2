/**
 * Before the tests: a database with the tables of every strategy and without posts, which `testApi` copies. That takes a tenth of
 * the time of the migrations. An embedded Postgres has only one database: without a template, `testApi` migrates.
 */
import { createScratchDatabase, isEmbedded } from 'local-servers'
import { createDatabase, migrate, schemaName } from 'posts-db'
import type { TestProject } from 'vitest/node'
import { enableChangeRecording } from '../../src/strategies/outboxes.ts'
import { servedNames } from '../../src/strategies/peer-strategies.ts'

declare module 'vitest' {
  interface ProvidedContext {
    template: { readonly url: string } | undefined
  }
}

export default async function setup(project: TestProject) {
  const server = process.env.TEST_DATABASE_URL!
  if (await isEmbedded(server)) {
    project.provide('template', undefined)
    return
  }
  const template = await createScratchDatabase(server)
  const database = createDatabase({ url: template.url })
  await migrate(database, (await servedNames({ PEERS: 1 })).map(schemaName))
  await enableChangeRecording(database, schemaName)
  await database.close()
  project.provide('template', { url: template.url })
  return template.drop
}
