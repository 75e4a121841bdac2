import { describe, expect, it } from 'vitest'
import { FINAL_CLIENT, type Operation } from './operation.ts'
import { stalenessOf } from './staleness.ts'

const op = (
  client: string,
  op: 'read' | 'write',
  version: number,
  start: number,
  end: number,
  key = 'post:1',
): Operation => ({
  client,
  key,
  op,
  version,
  start,
  end,
  outcome: 'ok',
})

describe('stalenessOf', () => {
  it('measures a write up to the start of the last read that lacks it', () => {
    const { writes, windowsMs } = stalenessOf([
      op('w', 'write', 2, 10, 12),
      op('r', 'read', 1, 15, 16),
      op('r', 'read', 1, 40, 41),
      op('r', 'read', 2, 50, 51),
    ])
    expect({ writes, windowsMs }).toEqual({ writes: 1, windowsMs: [28] })
  })

  it('has no window for a write that no later read lacks, nor for reads that began before its acknowledgement', () => {
    const { writes, windowsMs } = stalenessOf([
      op('w', 'write', 2, 10, 12),
      op('r', 'read', 1, 11, 30),
      op('r', 'read', 2, 31, 32),
    ])
    expect({ writes, windowsMs }).toEqual({ writes: 1, windowsMs: [] })
  })

  it('counts a stale read against every write that it lacks', () => {
    const { windowsMs } = stalenessOf([
      op('w', 'write', 2, 10, 12),
      op('w', 'write', 3, 20, 22),
      op('r', 'read', 1, 30, 31),
    ])
    expect(windowsMs).toEqual([8, 18])
  })

  it('says for how long each write was observed', () => {
    const { observedMs } = stalenessOf([
      op('w', 'write', 2, 10, 12),
      op('r', 'read', 2, 50, 51),
      op('w', 'write', 3, 60, 62),
      op(FINAL_CLIENT, 'read', 3, 90, 91),
      op('w', 'write', 2, 10, 12, 'post:2'),
      op('r', 'read', 1, 20, 21, 'post:2'),
    ])
    expect(observedMs).toEqual([0, 8, 38])
  })

  it('treats keys separately', () => {
    const { windowsMs } = stalenessOf([op('w', 'write', 2, 10, 12), op('r', 'read', 1, 30, 31, 'post:2')])
    expect(windowsMs).toEqual([])
  })

  it('ignores operations without a version, and final reads', () => {
    const { writes, windowsMs } = stalenessOf([
      op('w', 'write', 2, 10, 12),
      { ...op('w', 'write', 3, 13, 14), outcome: 'unknown', version: null },
      op(FINAL_CLIENT, 'read', 1, 30, 31),
    ])
    expect({ writes, windowsMs }).toEqual({ writes: 1, windowsMs: [] })
  })

  it('counts reads that are older than an earlier write of the same client', () => {
    const { readYourWritesViolations } = stalenessOf([
      op('a', 'write', 2, 10, 12),
      op('a', 'read', 1, 13, 14),
      op('b', 'read', 1, 13, 14),
      op('a', 'read', 2, 15, 16),
    ])
    expect(readYourWritesViolations).toBe(1)
  })
})
