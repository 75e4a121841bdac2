/** Runs every drill once, and shows that drills find violations: naive strategies don't hold. */
import { lacksTools } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DrillDatabases, startDatabases } from '../src/drills/database.ts'
import type { Drill } from '../src/drills/drill.ts'
import { drills } from '../src/drills/faults/index.ts'
import { leaseHolderStopped } from '../src/drills/faults/lease-holder-stopped.ts'
import { figuresOf } from '../src/drills/figures.ts'
import { runDrill } from '../src/drills/run-drill.ts'
import { tableOf } from '../src/drills/table.ts'

const TIMEOUT_MS = 60_000
const naive = ['naive-invalidation', 'naive-write-through', 'naive-lock'] as const

let databases: DrillDatabases
const incomplete = lacksTools('postgres', 'toxiproxy', 'faketime')
beforeAll(async () => {
  if (!incomplete) databases = await startDatabases()
})
afterAll(() => databases?.stop())

describe.skipIf(incomplete)('a drill', { timeout: TIMEOUT_MS }, () => {
  it.each(drills)('$name: $fault', async (drill) => {
    const report = await runDrill(drill, databases)
    console.log(tableOf([figuresOf(report)]))
    expect(report.problems).toEqual([])
  })
})

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
