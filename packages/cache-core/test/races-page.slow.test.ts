import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DATA, racesData } from '../scripts/races-data.ts'
import { PAGE, racesPage } from '../scripts/races-page.ts'
import { traceRaces } from '../scripts/traced-runs.ts'

it('docs/races.md and the data of /races match the explorer’s findings; if not: pnpm --filter cache-core run races-page', async () => {
  const runs = await traceRaces()
  expect(readFileSync(PAGE, 'utf8')).toBe(racesPage(runs))
  expect(readFileSync(DATA, 'utf8')).toBe(racesData(runs))
}, 120_000)
