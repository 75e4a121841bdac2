/**
 * What makes a simulation fast must not change its figures: they are compared with those stored before it was made fast, and
 * with those over the strategies' own stores.
 */
import { describe, expect, it } from 'vitest'
import type { TraceRequest } from 'workload/traces'
import { cases, randomCase, type SimulatedCase } from '../../test/simulated-cases.ts'
import { simulate } from './simulate.ts'
import { simulatedNames } from './simulated-names.ts'

async function figures(simulated: SimulatedCase): Promise<string> {
  const lines: string[] = []
  for (const strategy of simulatedNames) {
    const { wallMs: _, ...row } = await simulate({ ...simulated, strategy })
    lines.push(`${JSON.stringify(row)}\n`)
  }
  return lines.join('')
}

describe.each(Object.keys(cases))('%s', (name) => {
  const file = `../../test/simulated-figures/${name.replaceAll(/[ ,]+/g, '-')}.txt`

  it('has the stored figures', async () => {
    await expect(await figures(cases[name]!())).toMatchFileSnapshot(file)
  })

  it("has the same figures over the strategies' own stores", async () => {
    expect(await figures({ ...cases[name]!(), originalStore: true })).toBe(await figures(cases[name]!()))
  })
})

it.each([1, 2, 3, 4])("random load %d: the same figures over the strategies' own stores", async (seed) => {
  expect(await figures({ ...randomCase(seed), originalStore: true })).toBe(await figures(randomCase(seed)))
})

it('drops the same leases if there are more loads than leases', async () => {
  const keys = Array.from({ length: 10_020 }, (_, n): TraceRequest => ({ timeMs: 0, op: 'read', key: `k${n}` }))
  const again = keys.slice(0, 40).map((request) => ({ ...request, timeMs: 100 }))
  const options = { strategy: 'cache-aside', requests: [...keys, ...again], ttlMs: 1_000, loadMs: 10, seed: 1 } as const
  const { wallMs: _, ...mine } = await simulate(options)
  const { wallMs: __, ...original } = await simulate({ ...options, originalStore: true })
  expect(mine).toEqual(original)
  expect(mine.loads).toBe(keys.length + 20)
})
