import { expect, it } from 'vitest'
import type { EndedLoad, LoadState } from './api-types.ts'
import { describeLoad } from './load-control.ts'

const ended = (change: Partial<EndedLoad>): LoadState => ({
  hottestId: 1,
  running: null,
  last: {
    strategies: ['tiered'],
    ratePerSecond: 50,
    seconds: 10,
    zipf: 1,
    writeShare: 0,
    posts: 100,
    ttlMs: 6_000,
    originDelayMs: 0,
    startedAt: '2026-01-01T10:00:00',
    endedAt: '2026-01-01T10:00:10',
    sent: 500,
    failed: 0,
    skipped: 0,
    why: 'done',
    ...change,
  },
  limits: { ratePerSecond: 200, seconds: 60 },
  defaults: {},
})

it('says how the last load ended, and what failed or was not sent', () => {
  expect(describeLoad(ended({}))).toBe('The last load finished (10:00:10): 500 requests sent.')
  expect(describeLoad(ended({ why: 'stopped', sent: 480, failed: 2, skipped: 20 }))).toBe(
    'The last load was stopped (10:00:10): 480 requests sent, 2 failed, 20 not sent, since too many were unanswered.',
  )
})
