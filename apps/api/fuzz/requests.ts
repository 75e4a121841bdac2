/** Requests to the API as fast-check makes them: mostly right, in every part sometimes anything. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { strategyNames } from 'strategies'

export interface FuzzRequest {
  readonly method: string
  /** Path and query as they are put on the wire. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer | undefined
}

/** In six of seven cases right. */
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: wrong })

const percentEncoded = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => encodeURIComponent(text.toWellFormed()))
/** What a request line may carry unencoded, beyond what it should. */
const onTheWire = fc
  .array(
    fc.nat({ max: 0xff - 0x21 }).map((n) => String.fromCharCode(0x21 + n)),
    { maxLength: 12 },
  )
  .map((chars) => chars.join('').replaceAll('#', '%23'))
const oddText = fc
  .oneof(
    percentEncoded,
    onTheWire,
    fc.constantFrom(
      '',
      '%00',
      '%',
      '%zz',
      '%E0%A4%A',
      '%ff',
      '%2e%2e',
      '..',
      '漢'.repeat(3).normalize(),
      'null',
      'NaN',
      '0x1',
      '+1',
    ),
  )
  .map((text) => text.replace(/[^\x21-\xff]/g, encodeURIComponent))

const oddNumber = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1.5',
    '1e3',
    '010',
    '2147483648',
    '9007199254740991',
    '9007199254740992',
    '9'.repeat(400),
  ),
  fc.maxSafeInteger().map(String),
  oddText,
)
const id = mostly(fc.integer({ min: 1, max: 30 }).map(String), oddNumber)
const strategy = mostly(fc.constantFrom(...strategyNames), oddText)
const count = mostly(fc.integer({ min: 1, max: 1_000 }).map(String), oddNumber)

const anyMethod = fc.constantFrom(
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  ...['OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH', 'LOCK', 'LINK'],
)

/** A path, mostly with a method that it takes. */
function route(path: fc.Arbitrary<string>, ...methods: string[]) {
  return fc.record({ path, method: mostly(fc.constantFrom(...methods), anyMethod) })
}
const reads = ['/', '/api/strategies', '/api/stats', '/healthz', '/readyz', '/metrics', '/openapi.json']
const noPath = fc.oneof(
  oddText.map((text) => `/${text}`),
  fc.constantFrom('//', '/api//posts', '/api/posts/1/', '/api/posts/1/x', '*'),
)
const operation = fc.oneof(
  {
    weight: 10,
    arbitrary: route(
      id.map((text) => `/api/posts/${text}`),
      'GET',
      'GET',
      'GET',
      'HEAD',
      'PUT',
      'PATCH',
      'DELETE',
    ),
  },
  { weight: 2, arbitrary: route(fc.constant('/api/authors'), 'GET', 'GET', 'HEAD') },
  { weight: 6, arbitrary: route(fc.constant('/api/posts'), 'GET', 'GET', 'HEAD', 'POST') },
  {
    weight: 2,
    arbitrary: route(
      strategy.map((name) => `/api/strategies/${name}`),
      'PATCH',
    ),
  },
  {
    weight: 2,
    arbitrary: route(fc.constantFrom('/api/stats/reset', '/api/cache/invalidate', '/api/cache/warm'), 'POST'),
  },
  { weight: 2, arbitrary: route(fc.constantFrom(...reads), 'GET', 'HEAD') },
  { weight: 1, arbitrary: route(noPath, 'GET') },
)

const parameter = fc.oneof(
  { weight: 8, arbitrary: strategy.map((name) => `strategy=${name}`) },
  { weight: 3, arbitrary: count.map((n) => `limit=${n}`) },
  { weight: 2, arbitrary: count.map((n) => `after=${n}`) },
  { weight: 2, arbitrary: mostly(fc.constant('direct'), oddText).map((how) => `write=${how}`) },
  { weight: 1, arbitrary: fc.tuple(oddText, oddText).map(([name, value]) => `${name}=${value}`) },
)
const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 6, arbitrary: parameter.map((one) => `?${one}`) },
  // The same one twice now and then.
  { weight: 2, arbitrary: fc.array(parameter, { maxLength: 4 }).map((several) => `?${several.join('&')}`) },
)

const line = fc.string({ minLength: 1, maxLength: 30 }).map((text) => `a${text}`)
const fields = { title: line, content: fc.string({ maxLength: 60 }), author: line }
const post = mostly(
  fc.oneof(fc.record(fields), fc.record(fields, { requiredKeys: [] })),
  fc.record({ title: fc.anything(), content: fc.anything(), author: fc.anything(), __proto__: fc.anything() }),
)
const steering = fc.oneof(
  fc.record(
    {
      strategy,
      keys: fc.array(fc.oneof(fc.constantFrom('post:1', 'posts'), fc.string()), { maxLength: 3 }),
      tags: fc.constant(['posts']),
    },
    { requiredKeys: [] },
  ),
  fc.record({ strategy, ids: fc.array(fc.integer({ min: -1, max: 30 }), { maxLength: 5 }) }, { requiredKeys: ['ids'] }),
  // No long delays: they would slow everything that follows.
  fc.record(
    { ttlMs: fc.integer({ min: -1, max: 100_000 }), leaseMs: fc.nat(5_000), originDelayMs: fc.constantFrom(0, 1, -1) },
    { requiredKeys: [] },
  ),
  fc.record({ all: fc.boolean() }),
)
const json = (value: unknown) => {
  try {
    return Buffer.from(JSON.stringify(value) ?? '')
  } catch {
    return Buffer.from('{"title":1n}') // what has no JSON form
  }
}
const noJson = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1, max: 60_000 }).map((depth) => Buffer.from('['.repeat(depth))),
  fc
    .integer({ min: 1, max: 30_000 })
    .map((depth) => Buffer.from(`${'{"a":'.repeat(depth / 3)}1${'}'.repeat(depth / 3)}`)),
  fc
    .integer({ min: 20_000, max: 400_000 })
    .map((size) => Buffer.from(`{"title":"t","author":"a","content":"${'x'.repeat(size)}"}`)),
  fc
    .constantFrom(
      '{"title":"\\ud800","content":"","author":"a"}',
      '{"title":1e999}',
      '{"title":"a","title":"b"}',
      '\ufeff{}',
      '{"title":"\\u0000"}',
      'NaN',
    )
    .map((text) => Buffer.from(text)),
  fc.constant(gzipSync('{"title":"t"}')),
)
const anyJson = fc.anything().map(json)
/** Mostly what this path takes. */
const bodies = fc.record({
  ofPosts: post.map(json),
  ofSteering: steering.map(json),
  other: fc.oneof(anyJson, noJson, fc.constant(undefined)),
  which: fc.nat(3),
})

/** Any value that a header may have. */
const headerText = fc
  .array(
    fc.constantFrom(
      ...Array.from({ length: 0xff - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).filter((char) => char !== '\x7f'),
    ),
    { maxLength: 40 },
  )
  .map((chars) => chars.join('').trim())
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...[
        'If-None-Match',
        'If-None-Match',
        'If-Modified-Since',
        'Accept',
        'Accept-Encoding',
        'Authorization',
        'Cookie',
        'Range',
      ],
      ...[
        'X-Request-Id',
        'Origin',
        'X-Forwarded-For',
        'X-Forwarded-Host',
        'Forwarded',
        'Via',
        'X-Real-IP',
        'Cache-Control',
      ],
      ...['Content-Encoding', 'Prefer', 'X-HTTP-Method-Override', 'Referer', 'User-Agent', 'Host'],
    ),
    headerText,
  ),
  fc.constantFrom<[string, string]>(
    ['If-None-Match', '*'],
    ['If-None-Match', '"x", W/"y", "'],
    ['If-None-Match', `"${'x'.repeat(6_000)}"`],
    ['Accept', 'text/html;q=0'],
    ['Accept-Encoding', 'gzip, br;q=0, *'],
    ['Range', 'bytes=0-1'],
    ['Origin', 'http://evil.example'],
    ['X-Forwarded-For', '10.0.0.1'],
    ['Forwarded', 'for=10.0.0.1'],
    ['Cookie', 'x'.repeat(12_000)],
    ['Cookie', 'x'.repeat(20_000)],
    ['Connection', 'close'],
  ),
)
const contentType = mostly(
  fc.constant('application/json'),
  fc.oneof(
    fc.constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'application/json;charset=UTF-8',
      'multipart/form-data',
      '',
    ),
    headerText,
  ),
)
const headers = mostly(fc.constant([]), fc.array(header, { minLength: 1, maxLength: 3 }))

export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .record({ operation, query, headers, bodies, contentType, evenOnGet: fc.nat(29) })
  .map(({ operation: { method, path }, query, headers, bodies, contentType, evenOnGet }) => {
    const right = path.startsWith('/api/posts') ? bodies.ofPosts : bodies.ofSteering
    const body = bodies.which === 0 ? bodies.other : right
    const sent = ['POST', 'PUT', 'PATCH'].includes(method) || evenOnGet === 0 ? body : undefined
    const all = sent === undefined ? headers : [...headers, ['Content-Type', contentType] as const]
    return { method, target: path + query, headers: all, body: sent }
  })
