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
    ['commit', { commit: 'f'.repeat(40) }, `commit was ${environment.commit} and is ${'f'.repeat(40)}`],
    ['changed code', { modified: true }, `and is ${environment.commit}, with uncommitted changes`],
    ['machine', { cpus: 8 }, 'CPU was 2 × a processor and is 8 × a processor'],
    ['memory', { memoryBytes: 8 * 1024 ** 3 }, 'memory was 24.0 GiB and is 8.0 GiB'],
    ['k6', { k6: '2.0.0' }, 'k6 was 1.8.1 and is 2.0.0'],
    ['Redis or BASE_URL', { redis: 'the one of http://a' }, 'Redis was 7.0.15 and is the one of http://a'],
  ])('is refused with another %s, which is named', (_, changed, named) => {
    const message = refusal({ environment: { ...environment, ...changed } })
    expect(message).toContain('results/a')
    expect(message).toContain(named)
    expect(message).toContain('start a new one without --resume')
    expect(message!.split('\n')).toHaveLength(1)
  })

  it('is refused with another number of processes', () => {
    expect(refusal({ processes: 3 })).toContain('API processes was 2 and is 3')
  })

  it('is refused if a strategy is described differently', () => {
    const [first, second] = structuredClone(strategies)
    const changed = { ...second!, promise: { ...second!.promise, staleForAtMostMs: 1 } }
    expect(refusal({ strategies: [first!, changed] })).toContain('description of xfetch differs')
  })

  it('names everything that differs', () => {
    const message = refusal({ processes: 3, environment: { ...environment, k6: '2.0.0', node: 'v25' } })
    expect(message).toMatch(/Node was .*; k6 was .*; API processes was /)
  })
})
