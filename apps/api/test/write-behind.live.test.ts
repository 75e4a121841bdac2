/** Write-behind: writes that are acknowledged before the database has them. */
import { sql } from 'kysely'
import { pino } from 'pino'
import { applyWrites } from 'posts-db'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { closeFlushers } from '../src/strategies/flushers.ts'
import { storingFlusher } from '../src/strategies/storing-flusher.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const STRATEGY = 'write-behind'
const documented = openApiCheck(openApiDocument())
const post = { title: 'Replaced', content: 'All of it: "\\ \u0001 \u2028 😀', author: 'B' }
const at = (id: number) => `/api/posts/${id}?strategy=${STRATEGY}`
const list = `/api/posts?strategy=${STRATEGY}`

/** Two processes on one Redis and one database. The queue is stored when a test says so. */
let api: TestApi
let other: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 60, flushes: false })
  other = await testApi({ beside: api, flushes: false })
})
afterAll(async () => {
  await other.close()
  await api.close()
})

let nextId = 0
/** A post that no other test touches. */
let id: number
beforeEach(() => {
  id = ++nextId
})

const stored = async (postId = id) => (await api.instances.named(STRATEGY).posts.byId(postId))?.json
const queue = () => api.instances.named(STRATEGY).queue!
const ackOf = (answer: Response) => [answer.status, answer.headers.get('X-Write-Ack')]

/** Stores what is queued, as one pass of the flusher of a process. */
async function flush(): Promise<void> {
  const beside = await testApi({ beside: api })
  await beside.drained(STRATEGY)
  await beside.close()
}

/** Until the test ends, the database answers neither this process nor the other one. */
function databaseIsAway(): () => void {
  const refusal = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  // `pool.query` connects with a callback.
  const connect = (done?: (error: Error) => void) => (done === undefined ? Promise.reject(refusal) : done(refusal))
  const spies = [api, other].map(({ database }) =>
    vi.spyOn(database.pool, 'connect').mockImplementation(connect as never),
  )
  const end = () => {
    for (const spy of spies) spy.mockRestore()
  }
  onTestFinished(end)
  return end
}

describe('a write of a post', () => {
  it.each([
    ['PATCH', { title: 'Patched' }],
    ['PUT', post],
  ])(
    '%s is acknowledged from the queue, is seen immediately by every process, and is stored with the same bytes',
    async (method, body) => {
      const before = await stored()
      await api.request(at(id))
      const answer = await api.send(method, at(id), body)
      expect(ackOf(answer)).toEqual([200, 'memory'])
      expect(await documented(method, '/api/posts/{id}', answer.clone())).toEqual([])
      const text = await answer.text()
      expect(JSON.parse(text)).toMatchObject({ ...body, id, version: 2 })
      for (const process of [api, other]) {
        const read = await process.request(at(id))
        expect([read.headers.get('X-Cache'), read.headers.get('ETag')]).toEqual(['HIT', answer.headers.get('ETag')])
        expect(await read.text()).toBe(text)
      }
      expect(await stored()).toBe(before)
      await flush()
      expect(await stored()).toBe(text)
      expect((await api.request(at(id))).headers.get('X-Cache')).toBe('HIT')
    },
  )

  it('DELETE too; the post is gone for every process, and stays gone', async () => {
    const answer = await api.send('DELETE', at(id))
    expect(ackOf(answer)).toEqual([204, 'memory'])
    for (const process of [api, other]) expect((await process.request(at(id))).status).toBe(404)
    expect((await other.send('PATCH', at(id), { title: 'x' })).status).toBe(404)
    expect((await other.send('DELETE', at(id))).status).toBe(404)
    expect(await stored()).toContain('"version":1}')
    await flush()
    expect(await stored()).toBeUndefined()
    expect((await api.request(at(id))).status).toBe(404)
  })

  it('is read from the queue by a process that finds no entry', async () => {
    await api.send('PATCH', at(id), { title: 'Pending' })
    await api.instances.named(STRATEGY).cache.invalidate({ keys: [`post:${id}`] })
    expect(await (await other.request(at(id))).json()).toMatchObject({ title: 'Pending', version: 2 })
    expect(await (await other.request(`/api/posts?ids=${id}&strategy=${STRATEGY}`)).json()).toMatchObject([
      { version: 2 },
    ])
    const next = await other.send('PATCH', at(id), { title: 'Next' })
    expect(await next.json()).toMatchObject({ version: 3 })
    await flush()
  })

  it('has its own version under concurrent writers in two processes, and the database ends at the last one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? api : other).send('PATCH', at(id), { title: `Title ${i}` })),
    )
    expect(answers.map(ackOf)).toEqual(answers.map(() => [200, 'memory']))
    const posts = (await Promise.all(answers.map((answer) => answer.json()))) as { version: number }[]
    expect(posts.map(({ version }) => version).sort((a, b) => a - b)).toEqual(posts.map((_, i) => i + 2))
    await flush()
    expect(JSON.parse((await stored())!)).toEqual(posts.find(({ version }) => version === 25))
  })

  it('shows in lists after a drain', async () => {
    const titles = async () =>
      ((await (await other.request(list)).json()) as { title: string }[]).map(({ title }) => title)
    await titles()
    await api.send('PATCH', at(id), { title: 'In the list' })
    expect(await titles()).not.toContain('In the list')
    await flush()
    expect(await titles()).toContain('In the list')
  })

  it('is refused with 412 if its precondition does not hold for the pending post, and nothing is queued', async () => {
    const old = (await api.request(at(id))).headers.get('ETag')!
    const current = (await api.send('PATCH', at(id), { title: 'Newer' })).headers.get('ETag')!
    const { depth } = await statsOf()
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const body = method === 'DELETE' ? {} : { body: JSON.stringify(post) }
      const headers = { 'Content-Type': 'application/json', 'If-Match': old }
      const answer = await other.request(at(id), { method, headers, ...body })
      expect([answer.status, answer.headers.get('ETag')]).toEqual([412, current])
    }
    expect((await statsOf()).depth).toBe(depth)
    const headers = { 'Content-Type': 'application/json', 'If-Match': current }
    const answer = await other.request(at(id), { method: 'PATCH', headers, body: '{"title":"x"}' })
    expect(ackOf(answer)).toEqual([200, 'memory'])
    await flush()
  })

  it('is stored by a process that ends', async () => {
    const ending = await testApi({ beside: api, flushes: false })
    await ending.send('PATCH', at(id), { title: 'Before the end' })
    await closeFlushers(ending.instances)
    expect(await stored()).toContain('Before the end')
    await ending.close()
  })
})

it('POST is committed now', async () => {
  const answer = await api.send('POST', list, post)
  expect(ackOf(answer)).toEqual([201, 'database'])
  const { id: made } = (await answer.json()) as { id: number }
  expect(await stored(made)).toContain('Replaced')
  expect(ackOf(await other.send('PATCH', at(made), { title: 'x' }))).toEqual([200, 'memory'])
  await flush()
})

describe('while the database is away', () => {
  it('posts that are cached or pending are written on; all else answers 503, with nothing queued', async () => {
    const [cached, pending, unknown] = [++nextId, ++nextId, ++nextId]
    await api.request(at(cached))
    await api.send('PATCH', at(pending), { title: 'Pending' })
    await api.instances.named(STRATEGY).cache.invalidate({ keys: [`post:${pending}`] })
    const back = databaseIsAway()
    const { depth } = await statsOf()
    expect(ackOf(await api.send('PATCH', at(cached), { title: 'On' }))).toEqual([200, 'memory'])
    expect(ackOf(await other.send('PUT', at(pending), post))).toEqual([200, 'memory'])
    expect(ackOf(await other.send('DELETE', at(cached)))).toEqual([204, 'memory'])
    for (const [method, path, body] of [
      ['POST', list, post],
      ['PATCH', at(unknown), { title: 'x' }],
      ['PUT', at(unknown), post],
      ['DELETE', at(unknown), undefined],
    ] as const) {
      const answer = await api.send(method, path, body)
      expect([method, answer.status, answer.headers.get('Retry-After')]).toEqual([method, 503, '1'])
      expect(await answer.json()).toMatchObject({ type: 'urn:problem:database-away' })
    }
    expect((await statsOf()).depth).toBe(depth + 3)
    back()
    await flush()
    expect(await stored(cached)).toBeUndefined()
    expect(JSON.parse((await stored(pending))!)).toMatchObject({ ...post, version: 3 })
    expect(JSON.parse((await stored(unknown))!)).toMatchObject({ version: 1 })
  })
})

describe('a change around the queue, while a write is pending', () => {
  const get = async () => (await api.request(at(id))).text()

  it('is replaced by the pending write, which reads show all the time, and no version goes back', async () => {
    await api.send('PATCH', at(id), { title: 'Pending' })
    const direct = await api.send('PATCH', `${at(id)}&write=direct`, { title: 'Direct', content: 'Direct' })
    expect(ackOf(direct)).toEqual([200, 'database'])
    await sql`update ${sql.id(api.instances.named(STRATEGY).schema, 'posts')} set author = 'psql' where id = ${id}`.execute(
      api.database.kysely,
    )
    await expect.poll(async () => (await api.instances.named(STRATEGY).outbox!.lag()).undelivered).toBe(0)
    expect(JSON.parse(await get())).toMatchObject({ title: 'Pending', version: 2 })
    await flush()
    const after = await stored()
    expect(JSON.parse(after!)).toMatchObject({ title: 'Pending', version: 4 })
    expect(after).not.toMatch(/Direct|psql/)
    expect(await get()).toBe(after)
  })

  it('a deletion wins', async () => {
    await api.send('PATCH', at(id), { title: 'Pending' })
    expect(ackOf(await api.send('DELETE', `${at(id)}&write=direct`))).toEqual([204, 'database'])
    expect(JSON.parse(await get())).toMatchObject({ title: 'Pending' })
    await flush()
    expect(await stored()).toBeUndefined()
    expect((await api.request(at(id))).status).toBe(404)
  })

  it('a deletion wins, also for a reader between the invalidation of the entry and the end of the pending write', async () => {
    await api.send('PATCH', at(id), { title: 'Pending' })
    await api.send('DELETE', `${at(id)}&write=direct`)
    const { schema, cache, outbox } = api.instances.named(STRATEGY)
    const { log } = queue()
    let between: Promise<string> | undefined
    const flusher = storingFlusher({
      name: STRATEGY,
      log: {
        ...log,
        async done(bucket, writes) {
          between ??= get()
          await between
          await log.done(bucket, writes)
        },
      },
      store: { invalidate: (keys, tags) => cache.invalidate({ keys, tags }) },
      outbox,
      target: {
        apply: (writes, options) => applyWrites(api.database, schema, writes, options),
        highestStoredId: async () => '0-0',
      },
      invalidateMemory: async () => {},
      logger: pino({ level: 'silent' }),
    })
    flusher.start()
    await flusher.close()
    expect(await between).toContain('Pending')
    expect((await api.request(at(id))).status).toBe(404)
  })
})

interface QueueStats {
  depth: number
  bytes: number
  lagSeconds: number
  deadLetters: number
}

async function statsOf(): Promise<QueueStats> {
  const answer = await api.request('/api/stats')
  expect(await documented('GET', '/api/stats', answer.clone())).toEqual([])
  const { strategies } = (await answer.json()) as { strategies: Record<string, { queue: QueueStats }> }
  expect(strategies['write-through']).not.toHaveProperty('queue')
  return strategies[STRATEGY]!.queue
}

it('shows depth and lag of the queue in /api/stats, /metrics and /readyz', async () => {
  await flush()
  expect(await statsOf()).toEqual({ depth: 0, bytes: 0, lagSeconds: 0, deadLetters: 0 })
  await api.send('PATCH', at(id), { title: 'a' })
  await api.send('PATCH', at(id), { title: 'b' })
  await expect.poll(async () => (await statsOf()).lagSeconds).toBeGreaterThan(0)
  const stats = await statsOf()
  expect(stats).toMatchObject({ depth: 2, deadLetters: 0 })
  expect(stats.bytes).toBeGreaterThan(1_000)
  const metrics = await (await api.request('/metrics')).text()
  expect(metrics).toContain('posts_api_write_behind_queue_depth{strategy="write-behind"} 2')
  expect(metrics).toMatch(/posts_api_write_behind_lag_seconds\{strategy="write-behind"\} 0\.\d+/)
  expect(metrics).not.toMatch(/posts_api_write_behind_\w+\{strategy="write-through"\}/)
  const ready = await api.request('/readyz')
  expect(await documented('GET', '/readyz', ready.clone())).toEqual([])
  expect(await ready.json()).toMatchObject({
    status: 'ready',
    parts: { queue: { state: 'up', depth: 2, deadLetters: 0 } },
  })
  await flush()
  expect(await stored()).toContain('"title":"b"')
  expect(await queue().log.lag()).toMatchObject({ queued: 0 })
})

it('reports a write that the database refuses as a dead letter, and the others are stored', {
  timeout: 20_000,
}, async () => {
  const good = Array.from({ length: 5 }, () => ++nextId)
  const table = sql.id(api.instances.named(STRATEGY).schema, 'posts')
  await sql`alter table ${table} add constraint odd check (title <> 'Odd')`.execute(api.database.kysely)
  await api.send('PATCH', at(id), { title: 'Odd' })
  const beside = await testApi({ beside: api })
  await expect.poll(async () => (await statsOf()).deadLetters, { interval: 100 }).toBe(1)
  for (const each of good) await api.send('PATCH', at(each), { title: 'Good' })
  await beside.drained(STRATEGY)
  await beside.close()
  for (const each of good) expect(await stored(each)).toContain('Good')
  expect(await (await api.request(at(id))).text()).toBe(await stored())
  const ready = await (await api.request('/readyz')).json()
  expect(ready).toMatchObject({ status: 'degraded', parts: { queue: { state: 'dead letters', deadLetters: 1 } } })
})

it.each(['memory', 'memcached'] as const)('on the %s store it writes synchronously, and says so', async (store) => {
  const synchronous = await testApi({ store, posts: 5 })
  onTestFinished(() => synchronous.close())
  expect(ackOf(await synchronous.send('PATCH', at(1), { title: 'Now' }))).toEqual([200, 'database'])
  const answer = await synchronous.request('/api/strategies')
  expect(await documented('GET', '/api/strategies', answer.clone())).toEqual([])
  const listed = (await answer.json()) as { name: string; note?: string }[]
  expect(listed.find(({ name }) => name === STRATEGY)).toMatchObject({
    title: 'Write-behind',
    write: 'invalidate',
    promise: { readAfterWriteOf: 'keys and tags', mayLoseWrites: false },
    note: 'writes synchronously, since the queue of its writes needs Redis',
  })
  expect(listed.filter(({ note }) => note !== undefined)).toHaveLength(1)
  const { parts } = (await (await synchronous.request('/readyz')).json()) as { parts: Record<string, unknown> }
  expect(parts.queue).toEqual({ state: 'not used', depth: null, lagSeconds: null, deadLetters: null })
})

it('on Redis it lists what it guarantees', async () => {
  const listed = (await (await api.request('/api/strategies')).json()) as { name: string }[]
  expect(listed.find(({ name }) => name === STRATEGY)).toMatchObject({
    read: 'cache-aside',
    write: 'write-behind',
    store: 'redis',
    promise: { readAfterWrite: false, readAfterWriteOf: 'keys', where: 'every process', mayLoseWrites: true },
  })
})
