/** Drills as tests. Each file of drills has a Postgres server, which drills stop, so two files can run at a time. */
import { lacksTools } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DrillDatabases, startDatabases } from '../src/drills/database.ts'
import type { Drill } from '../src/drills/drill.ts'
import { figuresOf } from '../src/drills/figures.ts'
import { runDrill } from '../src/drills/run-drill.ts'
import { tableOf } from '../src/drills/table.ts'

export const TIMEOUT_MS = 60_000

export const incomplete = lacksTools('postgres', 'toxiproxy', 'faketime')
export let databases: DrillDatabases
beforeAll(async () => {
  if (!incomplete) databases = await startDatabases()
})
afterAll(() => databases?.stop())

/** Runs each drill once. */
export function testDrills(drills: readonly Drill[]): void {
  describe.skipIf(incomplete)('a drill', { timeout: TIMEOUT_MS }, () => {
    it.each(drills)('$name: $fault', async (drill) => {
      const report = await runDrill(drill, databases)
      console.log(tableOf([figuresOf(report)]))
      expect(report.problems).toEqual([])
    })
  })
}
