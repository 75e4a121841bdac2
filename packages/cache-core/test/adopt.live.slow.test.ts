/** Compiles and runs each file of docs/adopt.md, and checks the page's statements about it. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Outbox } from '../src/postgres/index.ts'
import { type Gate, gate } from '../src/testing/index.ts'
import { pool as admin, scratchOutbox } from './scratch-outbox.ts'

interface Post {
  id: number
  title: string
}

/** The exports of `posts.ts` in each step. */
interface Posts {
  getPost(id: number): Promise<Post | undefined>
  newestPosts(): Promise<Post[]>
  renamePost(id: number, title: string): Promise<Post | undefined>
  outbox?: Outbox
}

const run = promisify(execFile)
const TTL_MS = 300
const page = await readFile(new URL('../../../docs/adopt.md', import.meta.url), 'utf8')
const snippets = [...page.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].map(([, file, code]) => ({
  file: file!,
  code: code!,
}))
const steps = snippets.filter(({ file }) => file === 'posts.ts').map(({ code }) => code)
const [BEFORE, CACHE_ASIDE, , STAMPEDE_LOCK, STALE, OUTBOX] = [0, 1, 2, 3, 4, 5]

/** Inside the package, so that imports resolve. */
let folder: string
let schema: string
/** The pool of the page's `db.ts`. Its queries are counted, and can be held after their read, or fail. */
let pool: pg.Pool
let selects = 0
let held: Gate | undefined
let isAway = false
const opened: Posts[] = []

const codeOf = (name: string) => snippets.find(({ file }) => file === name)!.code

/** Replaces the page's tables and keys by those of this run, since the page's could exist on the server. */
const placed = (code: string, prefix: string) =>
  code
    .replaceAll('redis://127.0.0.1:6379', process.env.TEST_REDIS_URL!)
    .replaceAll("'blog:'", `'${prefix}'`)
    .replaceAll(/\b(from|update) posts\b/g, `$1 ${schema}.posts`)
    .replaceAll('outboxTable()', `outboxTable({ schema: '${schema}' })`)
    .replaceAll('createOutbox({', `createOutbox({ schema: '${schema}',`)

beforeAll(async () => {
  vi.stubEnv('DATABASE_URL', process.env.TEST_DATABASE_URL)
  ;({ schema } = await scratchOutbox())
  await admin.query(`create table ${schema}.posts (id integer primary key, title text not null)`)
  folder = await mkdtemp(join(import.meta.dirname, '../.snippets-'))
  await writeFile(join(folder, 'tsconfig.json'), '{ "extends": "../../../tsconfig.base.json", "include": ["*.ts"] }')
  await writeFile(join(folder, 'db.ts'), placed(codeOf('db.ts'), ''))
  await writeFile(join(folder, 'posts.test.ts'), codeOf('posts.test.ts'))
  for (const process of ['a', 'b', 'older', 'newer']) {
    await Promise.all(steps.map((code, step) => writeFile(fileOf(step, process), placed(code, prefixOf(step)))))
  }
  ;({ pool } = await import(join(folder, 'db.ts')))
  const query = pool.query.bind(pool)
  pool.query = (async (text: string, values?: unknown[]) => {
    if (!/^select .* from \S+\.posts/.test(text)) return query(text, values)
    selects++
    if (isAway) throw new Error('the database is unavailable')
    const read = await query(text, values)
    await held?.pass()
    return read
  }) as typeof pool.query
})
afterAll(async () => {
  await Promise.all(opened.map(({ outbox }) => outbox?.close()))
  await pool.end()
  await rm(folder, { recursive: true })
})

const fileOf = (step: number, process: string) => join(folder, `posts-${step}-${process}.ts`)
const prefixOf = (step: number) => `adopt-${process.pid}-${step}:`

/** One step as one process runs it, and a post that no other step touches. Resolves once it is cached. */
async function open(
  step: number,
  { process = 'a', code = (text: string) => text } = {},
): Promise<Posts & { id: number }> {
  const id = process.charCodeAt(0) * 100 + step
  await admin.query(`insert into ${schema}.posts values ($1, 'old') on conflict do nothing`, [id])
  const file = fileOf(step, process)
  await writeFile(file, code(await readFile(file, 'utf8')))
  const posts: Posts = await import(file)
  opened.push(posts)
  // Until the client is connected, reads bypass the cache.
  await vi.waitFor(async () => {
    const before = selects
    await posts.getPost(id)
    expect(selects).toBe(before)
  })
  return { ...posts, id }
}

/** A reader misses and reads the old row, a write is acknowledged, the reader continues. Returns the next reader's value. */
async function staleSet({ getPost, renamePost, id }: Posts & { id: number }): Promise<string | undefined> {
  await renamePost(id, 'before the race')
  const reader = gate()
  held = reader
  const reading = getPost(id)
  await reader.reached
  held = undefined
  await renamePost(id, 'after the race')
  reader.open()
  await reading
  return (await getPost(id))?.title
}

/** A step and the next one, deployed side by side on the same keys. */
async function openSideBySide(step: number) {
  const onOneCache = (code: string) => code.replaceAll(/adopt-\d+-\d+:/g, `adopt-${process.pid}-from-${step}:`)
  const older = await open(step, { process: 'older', code: onOneCache })
  const newer = await open(step + 1, { process: 'newer', code: onOneCache })
  // Otherwise its relay would deliver rows of later tests, to the keys of this one.
  onTestFinished(async () => newer.outbox?.close())
  return { older, newer }
}

const shortTtl = (code: string) => code.replaceAll('ttlMs: 60_000', `ttlMs: ${TTL_MS}`)

it('the page has the files of all steps', () => {
  expect(steps).toHaveLength(6)
  expect(snippets).toHaveLength(8)
})

it('they type-check', async () => {
  const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
  const { stdout } = await run(tsc, ['-p', folder]).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
})

it('before: a load that began before a write leaves its old value in the cache', async () => {
  expect(await staleSet(await open(BEFORE!))).toBe('before the race')
})

describe.each([1, 2, 3, 4, 5])('step %i', (step) => {
  it('shows a new title to the next reader, also in the list, and loses no race', async () => {
    const posts = await open(step)
    expect((await posts.newestPosts()).find(({ id }) => id === posts.id)?.title).toBe('old')
    expect((await posts.renamePost(posts.id, 'new'))?.title).toBe('new')
    expect((await posts.getPost(posts.id))?.title).toBe('new')
    expect((await posts.newestPosts()).find(({ id }) => id === posts.id)?.title).toBe('new')
    expect(await staleSet(posts)).toBe('after the race')
    expect(await posts.renamePost(-1, 'nothing there')).toBeUndefined()
  })
})

describe.each([1, 2, 3, 4])('while step %i and the next one run', (step) => {
  it('each uses the other’s entries, and shows the other’s changes', async () => {
    const { older, newer } = await openSideBySide(step)
    await older.newestPosts()
    const before = selects
    for (let i = 0; i < 5; i++) {
      await newer.newestPosts()
      await older.newestPosts()
      await newer.getPost(older.id)
      await older.getPost(older.id)
    }
    expect(selects - before).toBe(0)
    for (const writer of [newer, older]) {
      const title = writer === newer ? 'by the newer' : 'by the older'
      await writer.renamePost(older.id, title)
      for (const reader of [older, newer]) {
        expect((await reader.getPost(older.id))?.title).toBe(title)
        expect((await reader.newestPosts()).find(({ id }) => id === older.id)?.title).toBe(title)
      }
    }
  })
})

it.each([
  [CACHE_ASIDE!, 2],
  [STAMPEDE_LOCK!, 1],
])('step %i: two processes that miss concurrently make %i loads', async (step, loads) => {
  const [first, second] = [await open(step), await open(step, { process: 'b' })]
  await first.renamePost(first.id, 'newer')
  const before = selects
  const reader = gate()
  held = reader
  const reading = first.getPost(first.id)
  await reader.reached
  held = undefined
  const other = second.getPost(first.id)
  if (loads === 2) await other // does not wait for the first
  reader.open()
  expect([(await reading)?.title, (await other)?.title]).toEqual(['newer', 'newer'])
  expect(selects - before).toBe(loads)
})

it('step 4: an expired entry survives an outage of the database, and an invalidated one does not', async () => {
  const posts = await open(STALE!, { process: 'b', code: shortTtl })
  await posts.newestPosts()
  isAway = true
  try {
    const before = selects
    // Failed loads show that they have expired: the post first, because of its jitter.
    await vi.waitFor(async () => {
      expect((await posts.getPost(posts.id))?.title).toBe('old')
      expect(await posts.newestPosts()).not.toEqual([])
      expect(selects - before).toBeGreaterThan(3)
    })
    await posts.renamePost(posts.id, 'new')
    await expect(posts.getPost(posts.id)).rejects.toThrow('unavailable')
    await expect(posts.newestPosts()).rejects.toThrow('unavailable')
  } finally {
    isAway = false
  }
})

it('step 5: a change recorded by another program shows within seconds', async () => {
  const posts = await open(OUTBOX!, { process: 'b' })
  await posts.outbox!.caughtUp()
  const client = await admin.connect()
  try {
    await client.query('begin')
    await client.query(`update ${schema}.posts set title = 'by hand' where id = $1`, [posts.id])
    await posts.outbox!.add(client, { keys: [`post:${posts.id}`], tags: ['posts'] })
    await client.query('commit')
  } finally {
    client.release()
  }
  await vi.waitFor(async () => expect((await posts.getPost(posts.id))?.title).toBe('by hand'), { timeout: 10_000 })
})

it('step 5: a connection that ends in a transaction is reported, and is not used again', async () => {
  const posts = await open(OUTBOX!)
  const { connect } = pool
  const checkOut = connect.bind(pool) as (callback?: unknown) => Promise<pg.PoolClient>
  let ended: pg.PoolClient | undefined
  async function connectOnce(): Promise<pg.PoolClient> {
    const client = await checkOut()
    const query = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>
    client.query = ((text: string, values?: unknown[]) => {
      const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
      if (text.startsWith('update')) {
        ended = client
        stream.destroy()
      }
      return query(text, values)
    }) as typeof client.query
    return client
  }
  // The pool's own queries check out their connection with a callback.
  pool.connect = ((callback?: unknown) => (callback ? checkOut(callback) : connectOnce())) as typeof pool.connect
  const closed: unknown[] = []
  pool.on('remove', (client) => closed.push(client))
  try {
    await expect(posts.renamePost(posts.id, 'lost')).rejects.toThrow(/terminated/i)
  } finally {
    pool.connect = connect
  }
  expect(closed).toContain(ended)
  expect((await posts.renamePost(posts.id, 'kept'))?.title).toBe('kept')
})

it('step 6: the tests pass', async () => {
  const args = ['--conditions=workspace-source', '--test', join(folder, 'posts.test.ts')]
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env.PATH } })
  expect(stdout).toMatch(/fail 0/)
})
