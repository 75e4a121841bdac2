import { expect, it } from 'vitest'
import { temporaryFiles } from '../../../test/temporary-files.ts'
import { readTrace } from '../read-trace.ts'

const write = temporaryFiles()

interface Entry {
  readonly request?: string
  readonly status?: number
  readonly bytes?: number | '-'
  readonly time?: string
  readonly client?: string
}

function common(entry: Entry = {}): string {
  const { client = '192.0.2.7', request = 'GET / HTTP/1.1', status = 200, bytes = 512 } = entry
  return `${client} - frank [${entry.time ?? '10/Oct/2000:13:55:36 -0700'}] "${request}" ${status} ${bytes}`
}

const read = (...lines: string[]) => readTrace(write('access.log', `${lines.join('\n')}\n`))

it.each([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'write'],
  ['DELETE', 'delete'],
])('takes %s as a %s', async (method, op) => {
  const { requests, report } = await read(common({ request: `${method} /posts/1 HTTP/1.1` }))
  expect(requests).toMatchObject([{ op, key: '/posts/1' }])
  expect(report.format).toBe('common')
})

it('keeps the query in the key, exactly as in the log', async () => {
  const { requests } = await read(common({ request: String.raw`GET /q?a=1&b=\"x\"&c=\xc3\xa4 HTTP/2.0` }))
  expect(requests[0]?.key).toBe(String.raw`/q?a=1&b=\"x\"&c=\xc3\xa4`)
})

it('recognises the combined format with escaped quotes in the user agent and further fields', async () => {
  const { requests, report } = await read(
    `${common()} "https://example.org/?q=\\"a\\"" "Agent \\"quoted\\" [1] 200 5"`,
    `${common()} "-" "-" 0.004 "forwarded"`,
  )
  expect(report).toMatchObject({ format: 'combined', requests: 2, skipped: { total: 0 } })
  expect(requests[0]?.sizeBytes).toBe(512)
})

it.each(['2001:db8::7', '::1', 'host.example', 'example.org:443 192.0.2.7'])(
  'reads lines of the client %s',
  async (client) => {
    expect((await read(common({ client }))).report.requests).toBe(1)
  },
)

it('handles time zones, months and leap days', async () => {
  const { requests } = await read(
    common({ time: '29/Feb/2024:23:30:00 -0130', request: 'GET /second HTTP/1.1' }),
    common({ time: '01/Mar/2024:01:00:01 +0000', request: 'GET /third HTTP/1.1' }),
    common({ time: '01/Mar/2024:06:29:59 +0530', request: 'GET /first HTTP/1.1' }),
  )
  expect(requests.map(({ key, timeMs }) => [key, timeMs])).toEqual([
    ['/first', 0],
    ['/second', 1_000],
    ['/third', 2_000],
  ])
})

it('sorts lines that were written late and spreads the requests of each second evenly over it', async () => {
  const at = (second: string, key: string) =>
    common({ time: `10/Oct/2000:13:55:${second} +0000`, request: `GET ${key} HTTP/1.1` })
  const { requests, report } = await read(
    at('36', '/a'),
    at('37', '/c'),
    at('36', '/b'),
    at('37', '/d'),
    at('37', '/e'),
    at('37', '/f'),
  )
  expect(requests.map(({ key, timeMs }) => `${key} ${timeMs}`)).toEqual([
    '/a 0',
    '/b 500',
    '/c 1000',
    '/d 1250',
    '/e 1500',
    '/f 1750',
  ])
  expect(report.outOfOrder).toBe(1)
})

it.each([
  ['of a whole answer', { status: 200, bytes: 77 }, 77],
  ['not of a part', { status: 206, bytes: 77 }, undefined],
  ['not of "unchanged"', { status: 304, bytes: '-' }, undefined],
  ['not of the answer to a write', { request: 'PUT /a HTTP/1.1', bytes: 77 }, undefined],
] as const)('takes the size %s', async (_, entry, sizeBytes) => {
  const { requests } = await read(common(entry))
  expect(requests[0]?.sizeBytes).toBe(sizeBytes)
})

it('counts a write answered by a redirect, as for forms, but no such read', async () => {
  const { report } = await read(
    common({ request: 'POST /posts HTTP/1.1', status: 303 }),
    common({ request: 'POST /posts HTTP/1.1', status: 302 }),
    common({ request: 'GET /posts HTTP/1.1', status: 302 }),
  )
  expect(report).toMatchObject({ writes: 2, reads: 0, skipped: { byReason: { 'status 302': 1 } } })
})

it.each([
  ['status 404', common({ request: 'DELETE /a HTTP/1.1', status: 404 })],
  ['status 403', common({ status: 403 })],
  ['status 304', common({ request: 'PUT /a HTTP/1.1', status: 304 })],
  ['status 500', common({ request: 'DELETE /a HTTP/1.1', status: 500 })],
  ['method OPTIONS', common({ request: 'OPTIONS * HTTP/1.1' })],
  ['no HTTP request in the quotes', common({ request: '-', status: 408 })],
  ['no HTTP request in the quotes', common({ request: String.raw`\x16\x03\x01`, status: 400 })],
  ['invalid time', common({ time: '31/Feb/2024:00:00:00 +0000' })],
  ['invalid time', common({ time: '01/Jam/2024:00:00:00 +0000' })],
  ['invalid time', common({ time: '01/Jan/2024:24:00:00 +0000' })],
  ['not a line of an access log', 'kernel: something else'],
  ['not a line of an access log', common().slice(0, 60)],
  ['not a line of an access log', common().replace('512', '9'.repeat(400))],
])('skips, with the reason %j: %s', async (reason, line) => {
  const { report } = await read(common(), line)
  expect(report.requests).toBe(1)
  expect(report.skipped.byReason).toEqual({ [reason]: 1 })
  expect(report.skipped.examples[0]).toMatch(`line 2: ${reason}: `)
})

it('counts a read answered 404 or 410 as a read of an absent value of size 0', async () => {
  const { requests, report } = await read(
    common({ request: 'GET /posts/9 HTTP/1.1', status: 404 }),
    common({ request: 'HEAD /posts/8 HTTP/1.1', status: 410, bytes: '-' }),
    common(),
  )
  expect(requests).toMatchObject([
    { op: 'read', key: '/posts/9', sizeBytes: 0 },
    { op: 'read', key: '/posts/8', sizeBytes: 0 },
    { op: 'read', key: '/', sizeBytes: 512 },
  ])
  expect(report).toMatchObject({ requests: 3, reads: 3, absent: 2, keys: 3, skipped: { total: 0 } })
})

it('skips reads of absent values by absent: skip', async () => {
  const file = write('absent.log', [common({ status: 404 }), common({ status: 410 }), common()].join('\n'))
  const { report } = await readTrace(file, { absent: 'skip' })
  expect(report).toMatchObject({ requests: 1, absent: 0, skipped: { byReason: { 'status 404': 1, 'status 410': 1 } } })
})
