import { describe, expect, it } from 'vitest'
import { type Guarantee, guaranteeInWords } from './guarantee.ts'

const shared: Guarantee = {
  staleForAtMostMs: 60_000,
  readAfterWrite: true,
  readAfterWriteOf: 'keys and tags',
  where: 'every process',
}
const local: Guarantee = { ...shared, readAfterWrite: false, where: 'this process' }

describe('guaranteeInWords', () => {
  it('tells what holds after a write from the bound where nothing invalidates (row 38)', () => {
    expect(guaranteeInWords(shared)).toBe(
      'after an acknowledged write no read is stale; where nothing invalidates (a change made around the cache), ' +
        'a value may be 60 s old (the TTL)',
    )
    expect(guaranteeInWords({ ...shared, staleForAtMostMs: 0 })).toBe('after an acknowledged write no read is stale')
    expect(guaranteeInWords({ ...shared, readAfterWrite: false, readAfterWriteOf: 'none' })).toBe(
      'a value may be 60 s old (the TTL), after an acknowledged write too',
    )
  })

  it('says of a store in memory that it holds in one process only', () => {
    expect(guaranteeInWords(local)).toBe(
      'in one process only: after an acknowledged write no read of that process is stale; in others, and where nothing ' +
        'invalidates, a value may be 60 s old (the TTL)',
    )
  })

  it('says after which time other processes see a write, and where it is of keys alone', () => {
    const later: Guarantee = { ...shared, readAfterWrite: false, readAfterWriteOf: 'keys', othersWithinMs: 200 }
    expect(guaranteeInWords(later)).toContain(
      'after an acknowledged write no read of a key is stale, in other processes once 200 ms have passed; where nothing',
    )
  })
})
