import { describe, expect, it } from 'vitest'
import { failureOf, outcomeOf, servedBy, statusFailure } from './outcomes.ts'

describe('outcomes', () => {
  it('maps each value of X-Cache to its counter in /api/stats', () => {
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

  it('distinguishes answers from the cache and from the database', () => {
    expect((['hits', 'stale', 'misses', 'collapsed', 'bypassed'] as const).map(servedBy)).toEqual([
      'cache',
      'cache',
      'database',
      'database',
      'database',
    ])
  })

  it('classifies failures', () => {
    expect(failureOf('Get "http://x/": dial tcp 127.0.0.1:3000: connect: connection refused')).toBe('refused')
    expect(failureOf('request timeout')).toBe('timeout')
    expect(failureOf('EOF')).toBe('broken')
    expect([404, 503, 302].map(statusFailure)).toEqual(['status-4xx', 'status-5xx', 'status-other'])
  })
})
