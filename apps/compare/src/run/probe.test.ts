import type { Operation } from 'history'
import { describe, expect, it } from 'vitest'
import { probed } from './probe.ts'

const op = (client: string, op: 'read' | 'write', version: number, at: number, cache?: string): Operation => ({
  client,
  key: 'post:1',
  op,
  version,
  start: at,
  end: at + 1,
  outcome: 'ok',
  ...(cache !== undefined && { cache }),
})

const history = [
  op('a', 'read', 1, 0, 'MISS'),
  op('b', 'write', 2, 10),
  op('a', 'read', 1, 20, 'HIT'),
  op('b', 'read', 1, 30, 'HIT'),
  op('a', 'read', 2, 40, 'COLLAPSED'),
  op('final', 'read', 2, 50),
]

describe('probed', () => {
  it('accounts for all answers of the server, including the final reads', () => {
    const { counts, failed } = probed(history, { readAfterWrite: true })
    expect(counts).toEqual({ reads: 5, writes: 1, hits: 2 })
    expect(failed).toBe(0)
  })

  it('measures how stale reads were, and how long a write stayed unseen', () => {
    const { reads, staleReads, staleForMs, staleness, readYourWritesViolations } = probed(history, {
      readAfterWrite: true,
    })
    expect({ reads, staleReads, max: staleForMs?.max, staleness, readYourWritesViolations }).toEqual({
      reads: 4,
      staleReads: 2,
      max: 19,
      staleness: { writes: 1, windowsMs: [19], observedMs: [29] },
      readYourWritesViolations: 1,
    })
  })

  it('has the timeline of the first stale read', () => {
    const { violations } = probed(history, { readAfterWrite: true })
    expect(violations.counts['read-after-write']).toBe(2)
    expect(violations.schedule.map((line) => /client (\S+) (\S+)/.exec(line)?.slice(1, 3).join(' ')).slice(1)).toEqual([
      'a reads',
      'b writes',
      'a reads',
    ])
  })

  it('counts operations without an answer: the server may or may not have counted them', () => {
    const lost: Operation = { ...op('a', 'write', 3, 60), outcome: 'unknown', version: null, status: 0 }
    expect(probed([...history, lost], { readAfterWrite: true }).failed).toBe(1)
  })
})
