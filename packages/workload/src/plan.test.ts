import { describe, expect, it } from 'vitest'
import { planOf } from './plan.ts'
import { type Workload, workloads } from './workloads.ts'

const options = { seed: 7, warmupMs: 5_000, measuredMs: 15_000 }
const operationsOf = (workload: Workload, seed = 7) => {
  const plan = planOf(workload, { ...options, seed })
  return Array.from({ length: plan.operations }, (_, n) => plan.operationAt(n))
}

describe('planOf', () => {
  it('puts warm-up and measured phase into one steady stream', () => {
    const plan = planOf(workloads['ycsb-b'], options)
    expect(plan).toMatchObject({ operations: 4_000, warmupOperations: 1_000, warmupMs: 5_000, measuredMs: 15_000 })
    expect([plan.timeAtMs(0), plan.timeAtMs(1_000), plan.timeAtMs(3_999)]).toEqual([2.5, 5_002.5, 19_997.5])
    expect(plan.stages.every(({ ratePerSecond }) => ratePerSecond === 200)).toBe(true)
    expect(plan.stages.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(20_000)
  })

  it('gives the same operations for the same seed, and different ones for another', () => {
    expect(operationsOf(workloads['ycsb-d'])).toEqual(operationsOf(workloads['ycsb-d']))
    expect(operationsOf(workloads['ycsb-d'], 8)).not.toEqual(operationsOf(workloads['ycsb-d']))
  })

  it('counts the inserted posts', () => {
    const plan = planOf(workloads['ycsb-d'], options)
    const inserted = operationsOf(workloads['ycsb-d']).filter(({ kind }) => kind === 'insert').length
    expect(plan.inserts).toBe(inserted)
    expect(inserted).toBeGreaterThan(190)
  })

  it('has a higher rate and mostly one post during the crowd', () => {
    const plan = planOf(workloads['flash-crowd'], options)
    expect(plan.stages).toEqual([
      { ratePerSecond: 200, durationMs: 10_000 },
      { ratePerSecond: 800, durationMs: 5_000 },
      { ratePerSecond: 200, durationMs: 5_000 },
    ])
    expect(plan.operations).toBe(2_000 + 4_000 + 1_000)
    const forTheOne = { before: 0, during: 0, after: 0 }
    for (let n = 0; n < plan.operations; n++) {
      const operation = plan.operationAt(n)
      if (operation.kind !== 'read' || operation.id !== plan.hotId) continue
      const time = plan.timeAtMs(n)
      forTheOne[time < 10_000 ? 'before' : time < 15_000 ? 'during' : 'after']++
    }
    expect(Math.abs(forTheOne.during - 3_600)).toBeLessThan(4 * Math.sqrt(4_000 * 0.9 * 0.1))
    expect(forTheOne.before + forTheOne.after).toBeLessThan(5)
  })

  it('continues inserts during a crowd, so that later posts get their planned ids', () => {
    const workload = { ...workloads['flash-crowd'], insertShare: 0.05 }
    const ids = operationsOf(workload).flatMap((operation) => (operation.kind === 'insert' ? [operation.id] : []))
    expect(ids).toEqual(ids.map((_, at) => 10_001 + at))
  })

  it('has no warm-up for a cold start', () => {
    expect(planOf(workloads['cold-start'], options)).toMatchObject({
      operations: 3_000,
      warmupOperations: 0,
      warmupMs: 0,
    })
  })

  it.each([
    [{ ratePerSecond: 0 }, {}, 'ratePerSecond is 0; it must be a number from 0.001 to 1000000'],
    [{}, { measuredMs: 0 }, 'measuredMs is 0; it must be a whole number from 1 to 9007199254740991'],
    [{}, { seed: -1 }, 'seed is -1; it must be a whole number from 0 to 9007199254740991'],
    [
      { crowd: { from: 0.5, to: 0.4, rateFactor: 2, share: 1 } },
      {},
      'crowd.to is 0.4; it must be a number from 0.5 to 1',
    ],
    [{ pageShare: 2 }, {}, 'pageShare is 2; it must be a number from 0 to 1'],
  ])('refuses %o with %o', (workload, wrong, message) => {
    expect(() => planOf({ ...workloads['ycsb-b'], ...workload }, { ...options, ...wrong })).toThrow(
      new RangeError(message),
    )
  })
})
