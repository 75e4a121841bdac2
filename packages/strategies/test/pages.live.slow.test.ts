/** Compiles and runs the code under "Import" of each page in docs/strategies, on a real Redis. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { strategyNames } from '../src/index.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

const snippets = strategyNames.flatMap((name) => {
  const page = join(root, `docs/strategies/${name}.md`)
  const code = existsSync(page) && /\n## Import\n+```ts\n(.*?)```/s.exec(readFileSync(page, 'utf8'))?.[1]
  return code ? [{ name, code }] : []
})

/** What the pages call "your own queries". */
const POSTS = `
export interface Post { id: number; title: string }
export const findPost = async (id: number): Promise<Post | undefined> => ({ id, title: 'Hello' })
export const listPosts = async (): Promise<Post[]> => [{ id: 42, title: 'Hello' }]
export const renamePost = async (id: number, title: string): Promise<Post> => ({ id, title })
`
/** Inside the package, so that imports resolve. */
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '../.snippets-'))
  await writeFile(join(folder, 'tsconfig.json'), '{ "extends": "../../../tsconfig.base.json", "include": ["*.ts"] }')
  await writeFile(join(folder, 'posts.ts'), POSTS)
  for (const { name, code } of snippets) {
    const placed = code
      .replaceAll('redis://127.0.0.1:6379', process.env.TEST_REDIS_URL!)
      .replaceAll("'blog:'", `'page-${process.pid}-${name}:'`)
    await writeFile(join(folder, `${name}.ts`), placed)
    // Its connections stay open, as in a service.
    await writeFile(join(folder, `run-${name}.ts`), `await import('./${name}.ts')\nprocess.exit()\n`)
  }
})
afterAll(() => rm(folder, { recursive: true }))

it('there are such pages', () => {
  expect(snippets.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['manual-invalidation', 'write-through', 'tiered']),
  )
})

it('they compile', async () => {
  await run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder]).catch((error) => {
    throw new Error(error.stdout || error.message)
  })
})

it.for(snippets)('$name prints what its comment says', async ({ name, code }) => {
  const { stdout } = await run(process.execPath, ['--conditions=workspace-source', join(folder, `run-${name}.ts`)])
  const said = /console\.log\(.*\) \/\/ (.*)/.exec(code)?.[1]
  const printed = stdout.trim().split(/\s+/)
  expect(printed).not.toEqual([''])
  if (said !== undefined) for (const word of printed) expect(said.split(/,? or |, /)).toContain(word)
})
