/** Repeated GETs whose entry is in this process's memory: Hono does not see them, and clients can't tell. */
import type { IncomingMessage, Server } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createProblemServer } from '../src/http/protocol-errors.ts'
import { MAX_CHARACTERS, MAX_URLS } from '../src/posts/memory-hits.ts'
import { PostResource } from '../src/posts/resources.ts'
import { accessLog } from '../src/telemetry/access-log.ts'
import { listening, sendRaw } from './support/raw-http.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
let server: Server
/** Requests that Hono saw. */
let routed = 0
/** A post that no other test reads. */
let post = 10
let path: string
const lines: Record<string, unknown>[] = []
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })

beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 50, logger })
  const fetch: TestApi['fetch'] = (...args) => {
    routed++
    return api.fetch(...args)
  }
  const { memoryHits } = api
  server = await listening(
    createProblemServer(fetch, logger, accessLog(logger), (...both) => memoryHits.answer(...both)),
  )
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await api.close()
})
beforeEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(api.instances.all.map((instance) => instance.invalidateAll()))
  routed = 0
  post++
  path = `/api/posts/${post}`
})

interface Sent {
  readonly method?: string
  readonly version?: string
  readonly headers?: readonly string[]
}

/** The answer as sent, and whether Hono saw the request. */
async function send(path: string, { method = 'GET', version = '1.1', headers = ['Host: localhost'] }: Sent = {}) {
  const before = routed
  const lines = [`${method} ${path} HTTP/${version}`, ...headers, 'Connection: close']
  const answer = await sendRaw(server, `${lines.join('\r\n')}\r\n\r\n`)
  const header = (name: string) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(answer)?.[1]
  return { answer, status: Number(answer.split(' ')[1]), header, isRouted: routed > before }
}

/** Without what depends on the moment. */
const lasting = (answer: string) =>
  answer
    .replace(/^Date: .*$/m, 'Date')
    .replace(/^Server-Timing: (.*)$/m, (_, timing: string) => `Server-Timing: ${timing.replace(/\d+(\.\d+)?/g, '0')}`)
    .split('\r\n')

async function twice(path: string, sent?: Sent) {
  await send(path, sent)
  await send(path, sent)
}

const REPEATED = [
  '/api/posts/1',
  '/api/posts/2/',
  '/api/posts/3?strategy=write-through',
  '/api/posts/4?strategy=always-hit',
  '/api/posts',
  '/api/posts?strategy=manual-invalidation',
  '/api/posts?limit=5',
  '/api/posts?limit=5&after=3&strategy=stale-while-revalidate',
  '/api/posts?limit=1000',
  '/api/authors',
  '/api/authors?strategy=xfetch',
  'http://localhost/api/posts/5',
]

describe('a GET that is repeated', () => {
  it.each(REPEATED)('is answered without Hono as Hono answers it: %s', async (path) => {
    const miss = await send(path)
    const hit = await send(path)
    const direct = await send(path)
    expect([miss, hit, direct].map(({ header }) => header('X-Cache'))).toEqual(['MISS', 'HIT', 'HIT'])
    expect([miss, hit, direct].map(({ isRouted }) => isRouted)).toEqual([true, true, false])
    expect(lasting(direct.answer).toSorted()).toEqual(lasting(hit.answer).toSorted())
  })

  it.each([
    ['its ETag', (etag: string) => etag, 304],
    ['*', () => '*', 304],
    ['a list with it', (etag: string) => `"a", W/${etag}`, 304],
    ['another', () => '"a"', 200],
    ['a malformed one', (etag: string) => `${etag} x`, 200],
  ])('is answered as Hono does with If-None-Match: %s', async (_, known, status) => {
    const etag = (await send(path)).header('ETag')!
    const headers = ['Host: localhost', `If-None-Match: ${known(etag)}`]
    const hit = await send(path, { headers })
    const direct = await send(path, { headers })
    expect([hit.status, direct.status]).toEqual([status, status])
    expect([hit.isRouted, direct.isRouted]).toEqual([true, false])
    expect(lasting(direct.answer).toSorted()).toEqual(lasting(hit.answer).toSorted())
  })

  it('keeps its connection', async () => {
    await twice(path)
    routed = 0
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`
    const answers = await sendRaw(server, `${request}\r\n${request}Connection: close\r\n\r\n`)
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(routed).toBe(0)
  })

  it('counts and logs as any other read does', async () => {
    await twice(path)
    const { counters } = api.instances.named('cache-aside')
    const { hit } = counters.latency
    const before = [counters.counts.hits, hit.count]
    const logged = lines.length
    expect((await send(path)).isRouted).toBe(false)
    expect([counters.counts.hits, hit.count]).toEqual(before.map((count) => count + 1))
    expect(lines.slice(logged)).toMatchObject([
      { msg: 'read', key: `post:${post}`, outcome: 'hit', strategy: 'cache-aside' },
    ])
  })

  it('has the current value after a write', async () => {
    const written = `${path}?strategy=write-through`
    await twice(written)
    await api.send('PATCH', written, { title: 'Changed' })
    const { answer, isRouted, header } = await send(written)
    expect([isRouted, header('X-Cache')]).toEqual([false, 'HIT'])
    expect(answer).toContain('"title":"Changed"')
  })

  it('is cached as the strategy is tuned now', async () => {
    await twice(path)
    api.instances.named('cache-aside').tune({ ttlMs: 5_000 })
    await api.instances.named('cache-aside').invalidateAll()
    await twice(path)
    const { isRouted, header } = await send(path)
    expect([isRouted, header('Cache-Control')]).toEqual([false, 'max-age=4'])
    api.instances.named('cache-aside').tune({ ttlMs: 60_000 })
  })
})

describe('goes through Hono', () => {
  it('once its entry is invalidated', async () => {
    await twice(path)
    expect((await send(path)).isRouted).toBe(false)
    await api.instances.named('cache-aside').invalidateAll()
    const { isRouted, header } = await send(path)
    expect([isRouted, header('X-Cache')]).toEqual([true, 'MISS'])
  })

  it('any other method', async () => {
    await twice(path)
    const { isRouted, status, answer } = await send(path, { method: 'HEAD' })
    expect([isRouted, status, answer.endsWith('\r\n\r\n')]).toEqual([true, 200, true])
    expect(await send(path, { method: 'DELETE' })).toMatchObject({ isRouted: true, status: 204 })
  })

  it('an absent post', async () => {
    await twice('/api/posts/999')
    expect(await send('/api/posts/999')).toMatchObject({ isRouted: true, status: 404 })
  })

  it.each(['/api/posts/1?strategy=none', '/api/posts/x', '/api/posts?limit=0', '/api/posts/1?x=y', '/nothing'])(
    'a refusal: %s',
    async (path) => {
      await twice(path)
      const { isRouted, status } = await send(path)
      expect([isRouted, Math.floor(status / 100)]).toEqual([true, 4])
    },
  )

  it('a request with another Host, which has to be checked', async () => {
    await twice(path)
    for (const host of ['a b', 'a/b', 'localhost, localhost']) {
      const { isRouted, status, answer } = await send(path, { headers: [`Host: ${host}`] })
      expect([isRouted, status], host).toEqual([false, 400])
      expect(answer, host).toContain('urn:problem:bad-address')
    }
    expect(await send(path, { headers: ['Host: other'] })).toMatchObject({ isRouted: true, status: 200 })
    expect(await send(path, { headers: ['Host: other'] })).toMatchObject({ isRouted: false, status: 200 })
  })

  it('a request without a Host, which only HTTP/1.0 allows', async () => {
    await twice(path, { version: '1.0', headers: [] })
    expect(await send(path, { version: '1.0', headers: [] })).toMatchObject({ isRouted: true, status: 200 })
    expect(await send(path, { headers: [] })).toMatchObject({ isRouted: false, status: 400 })
    expect(await send(path, { headers: ['Host:'] })).toMatchObject({ isRouted: false, status: 400 })
  })

  it('a URL or a Host that is longer than any that a client has a reason to send', async () => {
    const long = `/api/posts?limit=2${'&'.repeat(MAX_CHARACTERS)}`
    await twice(long)
    expect(await send(long)).toMatchObject({ isRouted: true, status: 200 })
    const headers = [`Host: ${'h'.repeat(MAX_CHARACTERS)}`]
    await twice(path, { headers })
    expect(await send(path, { headers })).toMatchObject({ isRouted: true, status: 200 })
  })

  it('a request with two Hosts, of which only the first is checked', async () => {
    const headers = ['Host: localhost', 'Host: a/b']
    await twice(path, { headers })
    expect(await send(path, { headers })).toMatchObject({ isRouted: true, status: 200 })
    expect(await send(path, { headers: ['Host: localhost, a/b'] })).toMatchObject({ isRouted: false, status: 400 })
  })

  it('a read whose cache fails: it is answered and logged as usual', async () => {
    await twice(path)
    const { cache } = api.instances.named('cache-aside')
    vi.spyOn(cache, 'peek').mockImplementation(() => {
      throw new Error('out of order')
    })
    expect(await send(path)).toMatchObject({ isRouted: true, status: 500 })
    expect(lines.at(-1)).toMatchObject({ level: 50, err: { message: 'out of order' } })
  })
})

it('remembers a limited number of URLs', async () => {
  await twice(path)
  const instance = api.instances.named('cache-aside')
  const remember = (url: string) => {
    const request = { url, headers: { host: 'localhost' }, rawHeaders: ['Host', 'localhost'] } as IncomingMessage
    api.memoryHits.remember(request, instance, new PostResource(1))
  }
  expect((await send(path)).isRouted).toBe(false)
  for (let i = 0; i < MAX_URLS; i++) remember(`/${i}`)
  expect((await send(path)).isRouted).toBe(true)
  expect((await send(path)).isRouted).toBe(false)
})
