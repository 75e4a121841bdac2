/** Drills of everything but Redis, and proof that drills find violations: naive strategies don't hold. */
import { describe, expect, it } from 'vitest'
import type { Drill } from '../src/drills/drill.ts'
import { leaseHolderStopped } from '../src/drills/faults/lease-holder-stopped.ts'
import { runDrill } from '../src/drills/run-drill.ts'
import { databases, incomplete, TIMEOUT_MS, testDrills } from './drill-suite.ts'

testDrills('others')

const naive = ['naive-invalidation', 'naive-write-through', 'naive-lock'] as const

describe.skipIf(incomplete)('a drill of naive strategies, which guarantee nothing', { timeout: TIMEOUT_MS }, () => {
  it('finds stale reads that their races cause without a fault', async () => {
    const calm: Drill = {
      name: 'calm',
      fault: 'none',
      holds: 'nothing',
      strategies: naive,
      inject: ({ load }) => load.more(2_000),
    }
    const { problems } = await runDrill(calm, databases)
    expect(problems.join('\n')).toContain('breaches (read-after-write)')
  })

  it('finds the late fill of a lease holder', async () => {
    const { problems } = await runDrill({ ...leaseHolderStopped, strategies: ['naive-lock'] }, databases)
    expect(problems.join('\n')).toMatch(/version \d+ after the holder continued, not/)
  })
})
