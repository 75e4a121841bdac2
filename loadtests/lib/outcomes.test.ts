import { describe, expect, it } from 'vitest'
import { failureOf, outcomeOf, servedBy, statusFailure } from './outcomes.ts'

describe('outcomes', () => {
  it('names each answer of X-Cache as /api/stats does', () => {
    expect(['HIT', 'STALE', 'MISS', 'COLLAPSED', 'BYPASS'].map(outcomeOf)).toEqual([
      'hits',
      'stale',
      'misses',
      'collapsed',
      'bypassed',
    ])
  })

  it.each([undefined, '', 'hit', 'toString', 'HIT, MISS'])('knows no outcome for %o', (header) => {
    expect(outcomeOf(header)).toBeUndefined()
  })

  it('tells who answered: the cache, or the database after a wait', () => {
    expect((['hits', 'stale', 'misses', 'collapsed', 'bypassed'] as const).map(servedBy)).toEqual([
      'cache',
      'cache',
      'database',
      'database',
      'database',
    ])
  })

  it('sorts failures into a closed list', () => {
    expect(failureOf('Get "http://x/": dial tcp 127.0.0.1:3000: connect: connection refused')).toBe('refused')
    expect(failureOf('request timeout')).toBe('timeout')
    expect(failureOf('EOF')).toBe('broken')
    expect([404, 503, 302].map(statusFailure)).toEqual(['status-4xx', 'status-5xx', 'status-other'])
  })
})
