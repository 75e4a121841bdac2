import { describe, expect, it } from 'vitest'
import { guaranteedReads, type ReportedGuarantee } from './reported-guarantee.ts'

const guarantee: ReportedGuarantee = {
  staleForAtMostMs: 5_000,
  readAfterWrite: true,
  readAfterWriteOf: 'keys and tags',
  where: 'every process',
}
const local: ReportedGuarantee = { ...guarantee, readAfterWrite: false, where: 'this process' }
const none: ReportedGuarantee = { ...guarantee, readAfterWrite: false, readAfterWriteOf: 'none' }
const CURRENT = { readAfterWrite: true }
const WITHIN_5_S = { readAfterWrite: false, staleForAtMostMs: 5_000 }

describe('guaranteedReads', () => {
  it('checks only read-after-write where that is guaranteed in every process', () => {
    expect([1, 2].map((processes) => guaranteedReads(guarantee, processes))).toEqual([CURRENT, CURRENT])
  })

  it('checks the time bound where nothing else is guaranteed', () => {
    expect([1, 2].map((processes) => guaranteedReads(none, processes))).toEqual([WITHIN_5_S, WITHIN_5_S])
  })

  it('checks read-after-write for a guarantee of this process only if there is one process', () => {
    expect([1, 2].map((processes) => guaranteedReads(local, processes))).toEqual([CURRENT, WITHIN_5_S])
    const keys: ReportedGuarantee = { ...local, readAfterWriteOf: 'keys' }
    expect(guaranteedReads(keys, 1)).toEqual(WITHIN_5_S)
  })

  it('checks othersWithinMs in other processes', () => {
    const later: ReportedGuarantee = { ...guarantee, readAfterWrite: false, othersWithinMs: 200 }
    expect([1, 2].map((processes) => guaranteedReads(later, processes))).toEqual([
      CURRENT,
      { readAfterWrite: false, staleForAtMostMs: 200 },
    ])
    expect(guaranteedReads({ ...none, othersWithinMs: 200 }, 2)).toEqual(WITHIN_5_S)
  })

  it('checks read-after-write of a naive strategy, so that it can be caught', () => {
    expect(guaranteedReads({ ...none, breaks: 'a load that began before a write' }, 2)).toEqual(CURRENT)
  })
})
