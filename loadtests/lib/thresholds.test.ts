import { describe, expect, it } from 'vitest'
import { bypassThresholds } from './thresholds.ts'

describe('bypassThresholds', () => {
  it('forbid bypassed reads for every strategy but no-cache', () => {
    expect(bypassThresholds(['no-cache', 'cache-aside'], [',op:read', ',op:page'])).toEqual({
      'answers{strategy:cache-aside,outcome:bypassed,op:read}': ['count==0'],
      'answers{strategy:cache-aside,outcome:bypassed,op:page}': ['count==0'],
    })
  })
})
