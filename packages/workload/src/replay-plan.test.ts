import { describe, expect, it } from 'vitest'
import type { Operation } from './operations.ts'
import { recordedStages, replayPlan } from './replay-plan.ts'

const operations: Operation[] = [
  { kind: 'read', id: 3 },
  { kind: 'write', id: 3 },
  { kind: 'read', id: 5 },
  { kind: 'read', id: 3 },
]
const recording = {
  stages: recordedStages([0, 999, 2_000, 2_001]),
  operationAt: (n: number) => operations[n]!,
  inserts: 0,
  hotId: 3,
}

describe('replayPlan', () => {
  it('carries out each operation once, evenly spread within its second', () => {
    const plan = replayPlan(recording, 0)
    expect(plan).toMatchObject({ operations: 4, warmupOperations: 0, measuredMs: 3_000, hotId: 3 })
    expect([0, 1, 2, 3].map(plan.timeAtMs)).toEqual([250, 750, 2_250, 2_750])
    expect([0, 1, 2, 3].map(plan.operationAt)).toEqual(operations)
    expect(plan.stages.map(({ ratePerSecond }) => ratePerSecond)).toEqual([2, 0, 2])
  })

  it('uses the beginning as the warm-up', () => {
    expect(replayPlan(recording, 1_000)).toMatchObject({ warmupOperations: 2, warmupMs: 1_000, measuredMs: 2_000 })
  })

  it('refuses a warm-up that leaves nothing to measure', () => {
    expect(() => replayPlan(recording, 3_000)).toThrow(
      new RangeError('warmupMs is 3000; it must be a whole number from 0 to 2999'),
    )
  })

  it('refuses descending times', () => {
    expect(() => recordedStages([5, 4])).toThrow('timesMs[1] is 4; it must be a number from 5 to 9007199254740991')
  })
})
