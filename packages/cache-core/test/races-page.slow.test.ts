import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PAGE, racesPage } from '../scripts/races-page.ts'

it('docs/races.md matches the explorer’s findings; if not: pnpm --filter cache-core run races-page', async () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(await racesPage())
}, 120_000)
