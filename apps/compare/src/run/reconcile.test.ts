import { describe, expect, it } from 'vitest'
import { k6Figures, probedFigures, serverFigures } from '../../test/seen-in-turn.ts'
import { reconcile } from './reconcile.ts'

const k6 = k6Figures({ counters: { reads: 100, writes: 5, hits: 60 } })
const probe = probedFigures({ counts: { reads: 20, writes: 2, hits: 10 } })
const server = serverFigures({ reads: 120, writes: 7, hits: 70 })

describe('reconcile', () => {
  it('agrees if the counts of load and probe add up exactly to those of the server', () => {
    expect(reconcile(k6, probe, server).agree).toBe(true)
  })

  it.each(['reads', 'writes', 'hits'] as const)('does not agree if one of the %s is missing', (counter) => {
    expect(reconcile(k6, probe, { ...server, [counter]: server[counter] - 1 }).agree).toBe(false)
  })

  it.each([
    ['was cut off', { ...k6, unfinished: 1 }, probe],
    ['failed', { ...k6, failures: { total: 1, byKind: { timeout: 1 } } }, probe],
    ['of the probe failed', k6, { ...probe, failed: 1 }],
  ])('is null if an operation %s', (_, load, others) => {
    expect(reconcile(load, others, server).agree).toBeNull()
  })
})
