/** Several API processes on one port: what only they can show. Within one process, all readers of a post share one load. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LiveSystem, startLiveSystem } from './support/live-system.ts'

const PROCESSES = 3
const cached = ['naive-invalidation', 'naive-write-through', 'manual-invalidation', 'stampede-lock']
const strategies = ['no-cache', ...cached]

interface Stats {
  readonly processes: { readonly answered: number }
  readonly strategies: Readonly<Record<string, Readonly<Record<'reads' | 'hits' | 'loads', number>>>>
}

let system: LiveSystem
beforeAll(async () => {
  system = await startLiveSystem({ WORKERS: String(PROCESSES) })
})
afterAll(() => system?.stop())

/** The figures of all processes. */
async function stats(): Promise<Stats> {
  let latest!: Stats
  const answered = async () => {
    latest = await system.call<Stats>('GET', '/api/stats')
    return latest.processes.answered
  }
  await expect.poll(answered).toBe(PROCESSES)
  return latest
}
const loadsOf = async (name: string) => (await stats()).strategies[name]!.loads
const loadRate = (page: Page, strategy: string) =>
  page.locator(`.lane[data-strategy="${strategy}"] .cell-loads > .figure`).textContent()

it('dropping the hottest entry shows the stampede under the naive forms, and one load under the lock', async () => {
  const page = await system.open(`/#strategies=${strategies}`)
  // One post, whose load takes as long as 25 reads: meanwhile each process has readers. No writes, and no expiry.
  const load = {
    strategies,
    ratePerSecond: 50,
    seconds: 60,
    posts: 1,
    writeShare: 0,
    ttlMs: 600_000,
    originDelayMs: 500,
  }
  await system.call('POST', '/api/load', load)
  await page.getByText('Running: 50 requests per second').waitFor()
  // The first loads are over, and have left the 10 s that the lanes show.
  for (const name of cached) {
    await expect.poll(async () => (await stats()).strategies[name]!.hits, { message: name }).toBeGreaterThan(50)
    await expect.poll(() => loadRate(page, name), { message: name }).toMatch(/^0(?:\.0)?\/s$/)
  }
  const before = (await stats()).strategies

  await page.getByRole('button', { name: 'Drop the hottest entry' }).click()
  // Two seconds of reads.
  await expect.poll(() => loadsOf('no-cache')).toBeGreaterThan(before['no-cache']!.loads + 100)
  const after = (await stats()).strategies
  for (const name of cached) {
    const loads = after[name]!.loads - before[name]!.loads
    await expect.poll(() => loadRate(page, name), { message: name }).toMatch(/^(?!0(?:\.0)?\/s)/)
    if (name === 'stampede-lock') expect(loads).toBe(1)
    else expect(loads, name).toBeGreaterThan(1)
    // Under manual-invalidation only the holder of the lease fills. Another process whose load was faster loads again.
    if (name.startsWith('naive-')) expect(loads, name).toBeLessThanOrEqual(PROCESSES)
  }
  // No process knows the writes of the others.
  expect(await page.locator('.lane .cell-stale > .figure').allTextContents()).toEqual(strategies.map(() => '–'))
  expect(await page.locator('#answers-of').textContent()).toContain(`over ${PROCESSES} processes`)
  expect(system.takeErrors()).toEqual([])
}, 120_000)

it('shows the same totals as the API, with and without JavaScript', async () => {
  await system.call('DELETE', '/api/load')
  const reads = async () => (await stats()).strategies['stampede-lock']!.reads
  let before = -1
  await expect
    .poll(async () => {
      const isStill = (await reads()) === before
      before = await reads()
      return isStill
    })
    .toBe(true)
  for (const options of [{}, { javaScriptEnabled: false }]) {
    const page = await system.open('/', options)
    const row = page
      .locator('#figures tbody tr')
      .filter({ has: page.getByRole('rowheader', { name: /^stampede-lock/ }) })
    const cells = async () => {
      if ('javaScriptEnabled' in options) await page.reload()
      return row.locator('td').allTextContents()
    }
    await expect.poll(async () => Number((await cells())[0]?.replaceAll(',', ''))).toBe(before)
    expect((await cells())[5], 'stale reads, which are not counted').toBe('–')
  }
})
