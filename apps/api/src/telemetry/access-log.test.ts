import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { accessLog, MAX_LINES_PER_SECOND } from './access-log.ts'

let lines: Record<string, unknown>[]

function logAt(level: string) {
  lines = []
  return accessLog(pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line)) }))
}

describe('the access log', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('logs strategy, key, outcome and time of a read', () => {
    logAt('info').read('cache-aside', 'post:42', 'hit', 0.41239)
    expect(lines).toMatchObject([{ strategy: 'cache-aside', key: 'post:42', outcome: 'hit', ms: 0.412 }])
  })

  it('writes 20 lines per second at info, then one with the number of omitted lines', () => {
    const log = logAt('info')
    for (let i = 0; i < 120; i++) log.read('cache-aside', `post:${i}`, 'hit', 1)
    expect(lines).toHaveLength(MAX_LINES_PER_SECOND)
    vi.advanceTimersByTime(1_000)
    expect(lines).toHaveLength(MAX_LINES_PER_SECOND + 1)
    expect(lines.at(-1)).toMatchObject({ leftOut: 100 })
    for (let i = 0; i < 21; i++) log.read('cache-aside', `post:${i}`, 'hit', 1)
    expect(lines).toHaveLength(2 * MAX_LINES_PER_SECOND + 1)
    vi.advanceTimersByTime(1_000)
    expect(lines.at(-1)).toMatchObject({ leftOut: 1 })
  })

  it('adds no line when none was omitted', () => {
    const log = logAt('info')
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < MAX_LINES_PER_SECOND; i++) log.read('cache-aside', 'post:1', 'hit', 1)
      vi.advanceTimersByTime(1_000)
    }
    expect(lines).toHaveLength(3 * MAX_LINES_PER_SECOND)
  })

  it('writes all lines at debug, and none at warn', () => {
    const all = logAt('debug')
    for (let i = 0; i < 50; i++) all.read('cache-aside', 'post:1', 'hit', 1)
    expect(lines).toHaveLength(50)
    const none = logAt('warn')
    expect(none.isOn).toBe(false)
    none.read('cache-aside', 'post:1', 'hit', 1)
    expect(lines).toHaveLength(0)
  })

  const write = { method: 'PUT', key: 'post:42', strategy: 'write-through', status: 200, ms: 4.56789, direct: false }
  const refusal = {
    method: 'POST',
    path: `/${'x'.repeat(1_000)}`,
    status: 403,
    code: 'admin-only',
    detail: 'not for you',
    requestId: 'r',
  }

  it('logs method, key, strategy, status and time of a write', () => {
    const log = logAt('info')
    log.write(write)
    const { direct, ...shown } = write
    expect(lines).toMatchObject([{ msg: 'write', ...shown, ms: 4.568 }])
    expect(lines[0]).not.toHaveProperty('direct')
    log.write({ ...write, direct: true })
    expect(lines[1]).toMatchObject({ direct: true })
  })

  it('logs refusals with their reason, at a limited rate that does not affect other lines', () => {
    const log = logAt('info')
    for (let i = 0; i < 500; i++) log.refusal(refusal)
    expect(lines).toHaveLength(MAX_LINES_PER_SECOND)
    expect(lines[0]).toMatchObject({ msg: 'refused', ...refusal, path: refusal.path.slice(0, 200) })
    log.write(write)
    log.read('cache-aside', 'post:1', 'hit', 1)
    log.action('tuned', { strategy: 'cache-aside' })
    expect(lines).toHaveLength(MAX_LINES_PER_SECOND + 3)
    vi.advanceTimersByTime(1_000)
    expect(lines.at(-1)).toMatchObject({ leftOut: 480, msg: expect.stringContaining('480 more refusals') })
  })

  it('logs every admin action at info, and none at warn', () => {
    const log = logAt('info')
    for (let i = 0; i < 100; i++) log.action('tuned', { strategy: 'cache-aside', change: { ttlMs: i + 1 } })
    expect(lines).toHaveLength(100)
    const none = logAt('warn')
    none.action('tuned', {})
    none.write(write)
    none.refusal(refusal)
    expect(lines).toHaveLength(0)
  })
})
