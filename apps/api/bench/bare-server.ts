/**
 * The ceiling of the hit path: bare Hono routes that pass Redis's bytes through, with constant values for the API's header names.
 * The client is as fast as ioredis can be: auto-pipelining, and no timeout per command. No cache, no checks, no counters.
 *
 * `node bare-server.ts PORT REDIS_URL`: `GET /KEY` serves what Redis has under `bare:KEY`, `GET /memory/KEY` the same from memory, and
 * `GET /plain/KEY` from memory without Hono, by Node alone.
 */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { Redis } from 'ioredis'

const [port, redisUrl] = process.argv.slice(2)
const redis = new Redis(redisUrl!, { enableAutoPipelining: true, lazyConnect: true })
redis.on('error', () => {})
await redis.connect()

const NEXT_PAGE = { Link: '</api/posts?limit=50&after=50&strategy=cache-aside>; rel="next"' }

const app = new Hono()
app.get('/page', async () => answer((await redis.getBuffer('bare:page')) as Buffer<ArrayBuffer>, NEXT_PAGE))
app.get('/:key', async (context) => {
  return answer((await redis.getBuffer(`bare:${context.req.param('key')}`)) as Buffer<ArrayBuffer>)
})

const inMemory = new Map<string, Buffer<ArrayBuffer>>()
for (const key of [...Array.from({ length: 1_000 }, (_, i) => String(i + 1)), 'page']) {
  inMemory.set(key, (await redis.getBuffer(`bare:${key}`)) as Buffer<ArrayBuffer>)
}
app.get('/memory/page', () => answer(inMemory.get('page')!, NEXT_PAGE))
app.get('/memory/:key', (context) => answer(inMemory.get(context.req.param('key'))!))

function answer(body: Buffer<ArrayBuffer>, more?: Record<string, string>): Response {
  return new Response(body, { status: 200, headers: headers(more) })
}

function headers(more?: Record<string, string>): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'X-Cache': 'HIT',
    'X-Cache-Strategy': 'cache-aside',
    'Cache-Status': 'cache-core; hit; ttl=3599',
    'Cache-Control': 'max-age=3600',
    Age: '1',
    ETag: '"0123456789012345678901"',
    'Server-Timing': 'cache;dur=0.412, origin;dur=0, total;dur=0.501',
    'X-Stale-Ms': '0',
    ...more,
  }
}
app.onError((_error, context) => context.body(null, 500))

// Node writes small bodies fastest as text.
const PLAIN = '/plain/'
const plain = new Map(Array.from(inMemory, ([key, body]) => [key, key === 'page' ? body : body.toString('utf8')]))
const listener = getRequestListener(app.fetch)
const server = createServer((request, response) => {
  const url = request.url!
  if (!url.startsWith(PLAIN)) return void listener(request, response)
  const key = url.slice(PLAIN.length)
  const body = plain.get(key)!
  const length = String(Buffer.byteLength(body))
  const more = key === 'page' ? NEXT_PAGE : undefined
  response.writeHead(200, { ...headers(more), 'Content-Length': length }).end(body)
})
server.listen(Number(port), '127.0.0.1')
