import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { scratchSchemas, testUrl } from '../../test/scratch.ts'
import { loadIds, loadPosts, postsRepository } from '../index.ts'

const scratch = scratchSchemas()

/** Runs one of the commands as pnpm does. */
async function run(command: 'migrate' | 'load-posts', args: string[], url: string | undefined = testUrl()) {
  const script = new URL(`./${command}.ts`, import.meta.url).pathname
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

/** A schema of this test, with the name that `--schema` accepts. */
function ownSchema() {
  const schema = scratch.name()
  return { schema, flag: ['--schema', schema.replace('_', ':')] }
}

test('load-posts migrates and loads, with plain lines without a terminal', async () => {
  const { schema, flag } = ownSchema()
  const { code, stdout, stderr } = await run('load-posts', ['--', '--count', '200', '--seed', '9', ...flag])
  expect(stdout).toMatch(/^loaded 200 posts \(seed 9\) into 1 schema in \d+\.\d s\n$/)
  expect(stderr).toBe('loading posts: 200 of 200 rows\n')
  expect(code).toBe(0)
  const other = await scratch.migrated()
  await loadPosts(scratch.db(), [other], { count: 200, seed: 9 })
  expect(await postsRepository(scratch.db(), schema).all()).toEqual(await postsRepository(scratch.db(), other).all())
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
  if (name !== '--frob') expect(stderr).toContain(`${JSON.stringify(value)} is not allowed; give a whole number from`)
  const { rows } = await sql`select from pg_namespace where nspname = ${schema}`.execute(scratch.db().kysely)
  expect(rows).toEqual([])
})

test('load-posts --reset restores each copy as it was loaded', async () => {
  const [first, second] = [ownSchema(), ownSchema()]
  await run('load-posts', ['--count', '200', '--seed', '9', ...first.flag])
  await run('load-posts', ['--count', '30', ...second.flag])
  const posts = postsRepository(scratch.db(), first.schema)
  const before = await posts.all()
  await posts.delete(44)
  await posts.patch(45, { title: 'changed' })
  await posts.create({ title: 'new', content: '', author: 'a' })
  const idsBefore = await loadIds(scratch.db(), [first.schema, second.schema])
  const { code, stdout } = await run('load-posts', ['--reset', ...first.flag, ...second.flag])
  expect(stdout).toMatch(
    /^loaded 200 posts \(seed 9\) into 1 schema in .*\nloaded 30 posts \(seed 1\) into 1 schema in .*\n$/,
  )
  expect(code).toBe(0)
  expect(await posts.all()).toEqual(before)
  // A new load has a new id, even with the same posts.
  const idsAfter = await loadIds(scratch.db(), [first.schema, second.schema])
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
  expect(stderr).toMatch(/^--schema "no-such-strategy" is not allowed; give one of .*cache-aside.*\n$/)
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
