/** Drills as tests. Each file of drills has a Postgres server, which drills stop, so files can run at a time. */
import { lacksTools } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DrillDatabases, startDatabases } from '../src/drills/database.ts'
import { drills } from '../src/drills/faults/index.ts'
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

/** Their bounds are close to what an idle machine needs, so no other drill runs beside them. */
const alone = ['api-busy', 'loads-hang', 'redis-demoted', 'redis-forbidden', 'redis-silent', 'redis-slow-link']
/** Long ones, and those whose fault resembles that of another one. `pnpm attack drill` and `pnpm test:nightly` run all. */
const nightly = [
  'api-killed-alone',
  'memcached-stopped',
  'postgres-away',
  'postgres-connections-terminated',
  'postgres-statement-timeout',
  'redis-foreign-values',
  'redis-full',
  'redis-read-only',
  'redis-refuses-commands',
  'redis-restarted-empty',
  'redis-unreachable-for-one',
]
const inTests = drills.filter(({ name }) => !nightly.includes(name))
const fileOf = (name: string) =>
  alone.includes(name) ? 'alone' : /^(?:redis|tracking)-/.test(name) ? 'redis' : 'others'

/** Drills that are meant by a name here, which no drill has. */
export const unknownDrills = [...alone, ...nightly].filter((name) => !drills.some((drill) => drill.name === name))

/** Runs each drill of one test file once. */
export function testDrills(file: 'alone' | 'redis' | 'others'): void {
  const own = inTests.filter(({ name }) => fileOf(name) === file)
  describe.skipIf(incomplete)('a drill', { timeout: TIMEOUT_MS }, () => {
    it.each(own)('$name: $fault', async (drill) => {
      const report = await runDrill(drill, databases)
      console.log(tableOf([figuresOf(report)]))
      expect(report.problems).toEqual([])
    })
  })
}
