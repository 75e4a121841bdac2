/** `pnpm --filter dashboard pictures`: the pictures of README and docs, light and dark, from the real pages under a real load. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startLiveSystem } from '../test/support/live-system.ts'

const folder = join(import.meta.dirname, '../../../docs/images')
const STRATEGIES = [
  'no-cache',
  'cache-aside',
  'manual-invalidation',
  'stale-while-revalidate',
  'tiered',
  'write-behind',
]
/** Until entries have expired several times. */
const LOAD_MS = 25_000

const system = await startLiveSystem()
try {
  mkdirSync(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { colorScheme, viewport: { width: 1280, height: 1_000 } }
    const save = (page: Page, selector: string, name: string) =>
      page.locator(selector).screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })

    const live = await system.open(`/#strategies=${STRATEGIES}&window=30`, options)
    await system.call('POST', '/api/actions/cold-start')
    await system.call('POST', '/api/load', { strategies: STRATEGIES, seconds: 60, ttlMs: 6_000 })
    await live.waitForTimeout(LOAD_MS)
    await live.locator('#map').scrollIntoViewIfNeeded()
    await live.locator('#map svg').waitFor()
    await save(live, '#map-section', 'map')
    await save(live, '#lanes-section', 'live')
    await system.call('DELETE', '/api/load')

    const races = await system.open('/races#stale-set/8', options)
    await races.getByText('The line that decides').waitFor()
    await save(races, 'main', 'races')
  }
} finally {
  await system.stop()
}
