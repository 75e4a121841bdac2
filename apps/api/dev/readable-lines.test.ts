import { describe, expect, it } from 'vitest'
import { readableLines } from './readable-lines.ts'

const time = '2026-11-25T10:00:00.000Z'
const shown = (log: object) =>
  readableLines({ color: false })(JSON.stringify({ level: 30, time, ...log })).replace(/^\[\d\d:\d\d:\d\d\] /, '')

describe('a line on a terminal', () => {
  it.each([
    [
      { strategy: 'cache-aside', key: 'post:42', outcome: 'hit', ms: 0.412, msg: 'read' },
      'INFO: HIT post:42 cache-aside, 0.4 ms',
    ],
    [
      { method: 'PUT', key: 'post:42', strategy: 'write-through', status: 200, ms: 13.14, msg: 'write' },
      'INFO: PUT post:42 write-through 200, 13 ms',
    ],
    [
      { method: 'DELETE', key: 'post:4', strategy: 'no-cache', status: 204, ms: 3, direct: true, msg: 'write' },
      'INFO: DELETE post:4 no-cache 204, 3.0 ms, around the cache',
    ],
    [
      {
        method: 'POST',
        path: '/api/x',
        status: 403,
        code: 'admin-only',
        detail: 'not here',
        requestId: 'r',
        msg: 'refused',
      },
      'INFO: refused POST /api/x: 403 admin-only: not here',
    ],
    [
      { strategy: 'cache-aside', change: { ttlMs: 5 }, msg: 'tuned' },
      'INFO: tuned: cache-aside {"change":{"ttlMs":5}}',
    ],
    [{ leftOut: 7, msg: '7 more reads in this second' }, 'INFO: 7 more reads in this second'],
    [{ level: 40, msg: 'redis: unavailable' }, 'WARN: redis: unavailable'],
    [
      {
        level: 40,
        err: { message: 'connect ECONNREFUSED', stack: 'Error: x\n    at here' },
        msg: 'redis: unavailable',
      },
      'WARN: redis: unavailable: connect ECONNREFUSED',
    ],
    [
      { level: 40, method: 'POST', path: '/api/x', status: 503, code: 'c', requestId: 'r', msg: 'not invalidated' },
      'WARN: POST /api/x 503: not invalidated (request r)',
    ],
  ])('%j', (log, line) => {
    expect(shown(log)).toBe(line)
  })

  it('prints an error after its stack, so that the reason is the last line', () => {
    const err = {
      type: 'Error',
      message: 'gone: unavailable',
      stack: 'Error: gone\n    at here\ncaused by: Error: unavailable\n    at there\u001b',
    }
    const lines = shown({ level: 50, err, method: 'GET', path: '/api/x', requestId: 'r', msg: 'failed' }).split('\n')
    expect(lines.slice(0, -1)).toEqual([
      '    Error: gone',
      '    at here',
      '    caused by: Error: unavailable',
      '    at there\\x1b',
    ])
    expect(lines.at(-1)).toMatch(/ ERROR: GET \/api\/x: failed: gone: unavailable \(request r\)$/)
  })

  it('escapes control characters from clients', () => {
    const path = '/\u001b[2J\u009b31m\n'
    expect(shown({ method: 'GET', path, status: 404, code: 'c', detail: path, msg: 'refused' })).toBe(
      'INFO: refused GET /\\x1b[2J\\x9b31m\\x0a: 404 c: /\\x1b[2J\\x9b31m\\x0a',
    )
  })

  it('prefixes each line with its process, and leaves lines that are not JSON unchanged', () => {
    expect(readableLines({ color: false, label: '3001' })("Restarting 'src/main.ts'")).toBe(
      "3001 │ Restarting 'src/main.ts'",
    )
    expect(readableLines({ color: false })('{broken')).toBe('{broken')
  })
})
