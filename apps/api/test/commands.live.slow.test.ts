import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { createDatabase, loadIds, loadPosts, migrate, type PostsDatabase, postsRepository, schemaName } from 'posts-db'
import { afterAll, beforeAll, expect, test } from 'vitest'

let scratch: ScratchDatabase
let db: PostsDatabase
beforeAll(async () => {
  scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!)
  db = createDatabase({ url: scratch.url })
})
afterAll(async () => {
  await db.close()
  await scratch.drop()
})

/** Runs one of the commands as pnpm does. */
async function run(command: 'migrate' | 'load-posts', args: string[], url: string | undefined = scratch.url) {
  const script = new URL(`../cli/${command}.ts`, import.meta.url).pathname
  const env = { ...process.env, DATABASE_URL: url }
  try {
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, ['--conditions=workspace-source', script, ...args], { env })),
    }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

let schemas = 0
/** A schema of this test, with a name that `--schema` accepts. */
function ownSchema() {
  const name = `peer:t${++schemas}`
  return { schema: schemaName(name), flag: ['--schema', name] }
}

test('load-posts migrates and loads, with plain lines without a terminal', async () => {
  const { schema, flag } = ownSchema()
  const { code, stdout, stderr } = await run('load-posts', ['--', '--count', '200', '--seed', '9', ...flag])
  expect(stdout).toMatch(/^loaded 200 posts \(seed 9\) into 1 schema in \d+\.\d s\n$/)
  expect(stderr).toBe('loading posts: 200 of 200 rows\n')
  expect(code).toBe(0)
  const other = ownSchema().schema
  await migrate(db, [other])
  await loadPosts(db, [other], { count: 200, seed: 9 })
  expect(await postsRepository(db, schema).all()).toEqual(await postsRepository(db, other).all())
})

test('migrate prints the applied migrations, and "up to date" the second time', async () => {
  const { schema, flag } = ownSchema()
  expect((await run('migrate', flag)).stdout).toMatch(new RegExp(`^${schema}: \\d{4}-`))
  expect((await run('migrate', flag)).stdout).toBe(`${schema}: up to date\n`)
})

test.each([
  ['--count 0'],
  ['--count -1'],
  ['--count 1.5'],
  ['--count abc'],
  ['--count 1000001'],
  ['--seed -1'],
  ['--seed x'],
  ['--seed 4294967296'],
  ['--frob 1'],
])('load-posts %s: one line, exit 2, nothing written', async (line) => {
  const { schema, flag } = ownSchema()
  const [name, value] = line.split(' ')
  const { code, stdout, stderr } = await run('load-posts', [...line.split(' '), ...flag])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^[^\n]+\n$/)
  expect(stderr).toContain(name)
  if (name !== '--frob') expect(stderr).toContain(`is ${JSON.stringify(value)}; give a whole number from`)
  const { rows } = await sql`select from pg_namespace where nspname = ${schema}`.execute(db.kysely)
  expect(rows).toEqual([])
})

test('load-posts --reset restores each copy as it was loaded', async () => {
  const [first, second] = [ownSchema(), ownSchema()]
  await run('load-posts', ['--count', '200', '--seed', '9', ...first.flag])
  await run('load-posts', ['--count', '30', ...second.flag])
  const posts = postsRepository(db, first.schema)
  const before = await posts.all()
  await posts.delete(44)
  await posts.patch(45, { title: 'changed' })
  await posts.create({ title: 'new', content: '', author: 'a' })
  const idsBefore = await loadIds(db, [first.schema, second.schema])
  const { code, stdout } = await run('load-posts', ['--reset', ...first.flag, ...second.flag])
  expect(stdout).toMatch(
    /^loaded 200 posts \(seed 9\) into 1 schema in .*\nloaded 30 posts \(seed 1\) into 1 schema in .*\n$/,
  )
  expect(code).toBe(0)
  expect(await posts.all()).toEqual(before)
  // A new load has a new id, even with the same posts.
  const idsAfter = await loadIds(db, [first.schema, second.schema])
  expect(idsAfter.map((id, i) => id !== undefined && id !== idsBefore[i])).toEqual([true, true])
})

test('load-posts --reset refuses --count and --seed', async () => {
  const { code, stderr } = await run('load-posts', ['--reset', '--count', '5'])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^--reset takes [^\n]+\n$/)])
})

test.each(['migrate', 'load-posts'] as const)('%s --help opens nothing', async (command) => {
  const { code, stdout, stderr } = await run(command, ['--help'], 'postgres://127.0.0.1:1/posts')
  expect([code, stderr]).toEqual([0, ''])
  for (const part of [`Usage: pnpm ${command}`, '--schema <name>', 'Needs: DATABASE_URL', 'Prints: '])
    expect(stdout).toContain(part)
})

test('refuses an unknown strategy and lists the known names', async () => {
  const { code, stderr } = await run('load-posts', ['--schema', 'no-such-strategy'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^--schema is "no-such-strategy"; give one of .*cache-aside.*\n$/)
})

test.each([
  ['postgres://127.0.0.1:1/posts', "can't use the database at 127.0.0.1:1/posts"],
  ['mysql://u:secret@h/d', 'must look like postgres://'],
])('DATABASE_URL=%s fails with one line', async (url, message) => {
  const { code, stderr } = await run('migrate', [], url)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('secret')
  expect(stderr).toMatch(/^[^\n]+\n$/)
})
