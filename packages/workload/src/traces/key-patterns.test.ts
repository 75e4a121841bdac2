import { expect, it } from 'vitest'
import { temporaryFiles } from '../../test/temporary-files.ts'
import { describeReport } from './describe-report.ts'
import { keyPattern } from './key-patterns.ts'
import { readTrace } from './read-trace.ts'
import { TraceError } from './trace-error.ts'

const write = temporaryFiles()

it.each([
  ['/healthz', '/healthz', true],
  ['/healthz', '/healthz?verbose=1', true],
  ['/healthz', '/healthz/db', false],
  ['/healthz', '/api/healthz', false],
  ['*.css', '/assets/app.css', true],
  ['*.css', '/assets/app.css?v=3', true],
  ['*.css', '/app.css.map', false],
  ['/posts/*', '/posts/', true],
  ['/posts/*', '/posts', false],
  ['/posts/*/comments', '/posts/1/comments', true],
  ['/posts/*/comments', '/posts/comments', false],
  ['/a*a', '/a', false],
  ['/a*a', '/aa', true],
  ['*ab*ab', '/ab', false],
  ['*ab*ab', '/abab', true],
  ['*', '', true],
  ['**', '/x', true],
  ['/search?q=*', '/search?q=a', true],
  ['/search?q=*', '/searchxq=a', false],
  ['*utm_*', '/a?utm_source=x', true],
  ['/a.b', '/aXb', false],
  ['/A', '/a', false],
])('the pattern %s on the key %s: %s', (pattern, key, matches) => {
  expect(keyPattern(pattern)(key)).toBe(matches)
})

it('is not slow with many stars', () => {
  const startedAt = performance.now()
  expect(keyPattern(`${'*a'.repeat(50)}b`)('a'.repeat(100_000))).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

const log = [
  '0,get,/posts/1',
  '1,get,/healthz',
  '2,get,/app.css?v=3',
  '3,set,/posts/1',
  '4,get,/healthz',
  '5,get,/posts/2',
].join('\n')

it('drops keys that a pattern of exclude matches, and counts them by the first such pattern', async () => {
  const file = write('exclude.csv', log)
  const { requests, report } = await readTrace(file, { exclude: ['/healthz', '*.css', '*.js', '*z'] })
  expect(requests.map(({ key }) => key)).toEqual(['/posts/1', '/posts/1', '/posts/2'])
  expect(report).toMatchObject({ requests: 3, reads: 2, writes: 1, keys: 2, durationMs: 5_000, skipped: { total: 0 } })
  expect(report.leftOut).toEqual({
    total: 3,
    byExclude: { '/healthz': 2, '*.css': 1, '*.js': 0, '*z': 0 },
    byNoInclude: 0,
    keptByInclude: {},
  })
  expect(describeReport(report)).toContain(
    '\nLeft out 3 requests by exclude: 2 × /healthz, 1 × *.css, 0 × *.js, 0 × *z.',
  )
})

it('keeps only keys that a pattern of include, and none of exclude, matches', async () => {
  const file = write('include.csv', log)
  const { requests, report } = await readTrace(file, { include: ['/posts/*', '/users/*'], exclude: ['*/2'] })
  expect(requests.map(({ key }) => key)).toEqual(['/posts/1', '/posts/1'])
  expect(report.leftOut).toEqual({
    total: 4,
    byExclude: { '*/2': 1 },
    byNoInclude: 3,
    keptByInclude: { '/posts/*': 2, '/users/*': 0 },
  })
  expect(describeReport(report).split('\n').slice(2)).toEqual([
    'Left out 3 requests that no pattern of include matches; kept 2 × /posts/*, 0 × /users/*.',
    'Left out 1 request by exclude: 1 × */2.',
  ])
})

it('applies the limit and the order of times to the kept requests', async () => {
  const late = write('late.csv', '0,get,/a\n9,get,/healthz\n3,get,/b\n4,get,/c')
  const { requests, report } = await readTrace(late, { exclude: ['/healthz'], limit: 2 })
  expect(requests.map(({ key }) => key)).toEqual(['/a', '/b'])
  expect(report).toMatchObject({ outOfOrder: 0, durationMs: 3_000 })
})

it('drops keys of binary formats too', async () => {
  const { requests } = await readTrace(write('k.be32', Buffer.from('000000010000000200000001', 'hex')), {
    exclude: ['1'],
  })
  expect(requests).toEqual([{ timeMs: 0, op: 'read', key: '2' }])
})

it('throws if no request is left', async () => {
  const file = write('nothing.csv', log)
  const error = await readTrace(file, { include: ['/post/*'] }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(TraceError)
  expect((error as Error).message).toBe(
    `${file}, read as text, has no request left\n` +
      'Left out 6 requests that no pattern of include matches; kept 0 × /post/*.\n' +
      'A pattern must match the whole key, with or without its query (?…); * matches any characters',
  )
})

it.each([
  [{ exclude: ['/a', ''] }, 'exclude has an empty pattern; give one such as /healthz or *.css'],
  [{ include: [''] }, 'include has an empty pattern'],
  [{ include: [] }, 'include is empty; give a pattern, or omit it'],
])('refuses the options %j', async (options, message) => {
  await expect(readTrace(write('good.csv', log), options)).rejects.toThrow(message)
})
