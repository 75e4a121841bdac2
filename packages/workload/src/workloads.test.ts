import { describe, expect, it } from 'vitest'
import { planOf } from './plan.ts'
import { type Workload, workloadNames, workloads } from './workloads.ts'

describe('workloads', () => {
  it.each(workloadNames)('%s can be planned, and has its name, a title and a source', (name) => {
    const workload: Workload = workloads[name]
    expect(workload.name).toBe(name)
    expect(`${workload.title}${workload.source}`).not.toContain('\n')
    expect(workload.source.length).toBeGreaterThan(20)
    const plan = planOf(workload, { seed: 1, warmupMs: workload.ttlMs, measuredMs: 15_000 })
    expect(plan.operations).toBeGreaterThanOrEqual(3_000)
  })

  it('read the average post as often within a TTL as their source clusters', () => {
    const perWeek = (meanFrequency: number, ttlHours: number) => (meanFrequency / (7 * 24)) * ttlHours
    for (const [name, perTtl] of [
      ['twitter-hot', perWeek(327.3, 0.15)],
      ['twitter-write-heavy', perWeek(11.8, 8)],
      ['twitter-scan', perWeek(4.7, 7)],
    ] as const) {
      const { ratePerSecond, ttlMs, posts } = workloads[name]
      expect(Math.abs((ratePerSecond * ttlMs) / 1_000 / posts / perTtl - 1)).toBeLessThan(0.02)
    }
  })
})
