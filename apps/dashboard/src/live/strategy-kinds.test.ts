import { describe, expect, it } from 'vitest'
import type { StrategyInfo } from './api-types.ts'
import { promiseOf } from './strategy-kinds.ts'

const info = (promise: Partial<StrategyInfo['promise']>, name = 'tiered'): StrategyInfo => ({
  name,
  title: '',
  promise: {
    staleForAtMostMs: 60_000,
    readAfterWriteOf: 'keys and tags',
    where: 'every process',
    mayLoseWrites: false,
    ...promise,
  },
})

describe('promiseOf', () => {
  it.each([
    [info({}), 'current'],
    [info({ readAfterWriteOf: 'none' }), 'up to one TTL old'],
    [info({ readAfterWriteOf: 'keys', mayLoseWrites: true }), 'posts current; lists may be stale; may lose writes'],
    [info({ where: 'this process', othersWithinMs: 1_000 }), 'current in this process; others follow within 1 s'],
    [info({ where: 'this process' }), 'current in this process; others follow after one TTL'],
    [info({ breaks: 'a slow reader' }, 'naive-lock'), 'a race can break its guarantee'],
    [info({ breaks: 'it never expires' }, 'always-hit'), 'upper bound for measurements, not a strategy'],
  ])('%# is in a few words', (strategy, text) => {
    expect(promiseOf(strategy)).toBe(text)
  })
})
