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
  it('separates read-after-write from the age of a value that nothing invalidates', () => {
    expect(guaranteeInWords(shared)).toBe(
      'after an acknowledged write no read is stale; after an out-of-band change a value may be 60 s old (the TTL)',
    )
    expect(guaranteeInWords({ ...shared, staleForAtMostMs: 0 })).toBe('after an acknowledged write no read is stale')
    expect(guaranteeInWords({ ...shared, readAfterWrite: false, readAfterWriteOf: 'none' })).toBe(
      'a value may be 60 s old (the TTL), even after an acknowledged write',
    )
  })

  it('limits a store in memory to one process', () => {
    expect(guaranteeInWords(local)).toBe(
      'in one process only: after an acknowledged write no read of that process is stale; in others, and after an ' +
        'out-of-band change, a value may be 60 s old (the TTL)',
    )
  })

  it('says when other processes see a write, and whether only keys are covered', () => {
    const later: Guarantee = { ...shared, readAfterWrite: false, readAfterWriteOf: 'keys', othersWithinMs: 200 }
    expect(guaranteeInWords(later)).toContain(
      'after an acknowledged write no read of a key is stale, in other processes after 200 ms; after an out-of-band',
    )
  })
})
