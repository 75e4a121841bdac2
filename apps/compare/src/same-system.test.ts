import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../test/made-up-comparison.ts'
import type { Comparison } from './comparison.ts'
import { refuseOtherSystem } from './same-system.ts'

const comparison = madeUpComparison({ strategies: { 'cache-aside': {}, xfetch: {} } })
const { environment, strategies, config } = comparison
const here = { environment, strategies, processes: config.apiProcesses }

const refusal = (now: Partial<typeof here>) => {
  try {
    refuseOtherSystem('results/a', comparison, { ...here, ...now })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

describe('resuming a comparison', () => {
  it('is accepted on the same system', () => {
    expect(refusal(structuredClone(here))).toBeUndefined()
  })

  it.each<[string, Partial<Comparison['environment']>, string]>([
    ['commit', { commit: 'f'.repeat(40) }, `commit: ${environment.commit} then, ${'f'.repeat(40)} now`],
    ['changed code', { modified: true }, `then, ${environment.commit}, with uncommitted changes now`],
    ['machine', { cpus: 8 }, 'CPU: 2 × a processor then, 8 × a processor now'],
    ['memory', { memoryBytes: 8 * 1024 ** 3 }, 'memory: 24.0 GiB then, 8.0 GiB now'],
    ['k6', { k6: '2.0.0' }, 'k6: 1.8.1 then, 2.0.0 now'],
    ['Redis or BASE_URL', { redis: 'the one of http://a' }, 'Redis: 7.0.15 then, the one of http://a now'],
  ])('is refused with another %s, which is named', (_, changed, named) => {
    const message = refusal({ environment: { ...environment, ...changed } })
    expect(message).toContain('results/a')
    expect(message).toContain(named)
    expect(message).toContain('start a new one without --resume')
    expect(message!.split('\n')).toHaveLength(1)
  })

  it('is refused with another number of processes', () => {
    expect(refusal({ processes: 3 })).toContain('API processes: 2 then, 3 now')
  })

  it('is refused if a strategy is described differently', () => {
    const [first, second] = structuredClone(strategies)
    const changed = { ...second!, promise: { ...second!.promise, staleForAtMostMs: 1 } }
    expect(refusal({ strategies: [first!, changed] })).toContain('description of xfetch differs')
  })

  it('names everything that differs', () => {
    const message = refusal({ processes: 3, environment: { ...environment, k6: '2.0.0', node: 'v25' } })
    expect(message).toMatch(/Node: .*; k6: .*; API processes: /)
  })
})
