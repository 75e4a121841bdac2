/**
 * Before the tests: a database with the tables of every strategy and without posts, which `testApi` copies. That takes a tenth of
 * the time of the migrations. An embedded Postgres has only one database: without a template, `testApi` migrates.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createScratchDatabase, isEmbedded } from 'local-servers'
import type { TestProject } from 'vitest/node'

const script = fileURLToPath(new URL('./migrate-template.ts', import.meta.url))

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
  // In vitest's own process, cache-core would need a build.
  const env = { ...process.env, DATABASE_URL: template.url }
  await promisify(execFile)(process.execPath, ['--conditions=workspace-source', script], { env })
  project.provide('template', { url: template.url })
  return template.drop
}
