import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { startTcpProxy } from 'local-servers'
import type { Page } from 'playwright-core'
import { strategyNames } from 'strategies'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type LiveSystem, startLiveSystem } from './support/live-system.ts'

interface Stats {
  readonly strategies: Readonly<
    Record<string, Readonly<Record<'reads' | 'hits' | 'stale' | 'loads' | 'staleReads', number>>>
  >
}
interface Load {
  readonly running: { readonly hottestId: number; readonly strategies: readonly string[] } | null
  readonly last: { readonly why: string } | null
}

const cached = strategyNames.filter((name) => name !== 'no-cache')
let system: LiveSystem
beforeAll(async () => {
  system = await startLiveSystem()
})
afterAll(() => system?.stop())
afterEach(async () => {
  for (const context of system.browser.contexts()) await context.close()
  await system.call('DELETE', '/api/load')
  // The last requests of a stopped load are still answered.
  let before = -1
  await expect
    .poll(async () => {
      const reads = Object.values(await stats()).reduce((sum, each) => sum + each.reads, 0)
      const isStill = reads === before
      before = reads
      return isStill
    })
    .toBe(true)
  await system.call('POST', '/api/stats/reset')
  expect(system.takeErrors()).toEqual([])
})

const stats = async () => (await system.call<Stats>('GET', '/api/stats')).strategies
const load = () => system.call<Load>('GET', '/api/load')
const cell = (page: Page, strategy: string, name: string) =>
  page.locator(`.lane[data-strategy="${strategy}"] .cell-${name} > .figure`)
const row = (page: Page, strategy: string) =>
  page
    .locator('#figures tbody tr')
    .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${strategy}\\b(?!-)`) }) })

/** The inspector's row of a strategy. It is asked again only while it is in view, and what is above it grows. */
async function inspected(page: Page, strategy: string): Promise<string | null> {
  await page.locator('#inspect').scrollIntoViewIfNeeded()
  const header = page.getByRole('rowheader', { name: strategy, exact: true })
  return page.locator('.inspected tbody tr').filter({ has: header }).textContent()
}

/** Fills the form, by the names of its fields. */
async function fill(page: Page, values: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(values)) await page.locator(`form.load input[name=${name}]`).fill(value)
}

describe('a load started from the page', () => {
  it('makes hits rise under every strategy with a cache, and none under no-cache; then the table equals the API', async () => {
    const page = await system.open()
    await page.getByRole('heading', { name: 'No traffic yet' }).waitFor()
    await fill(page, { ratePerSecond: '20', seconds: '6' })
    await page.getByRole('button', { name: 'Start a load' }).click()
    for (const name of cached) {
      await expect.poll(() => cell(page, name, 'hit-ratio').textContent()).toMatch(/^(?!0\.0)\d+\.\d/)
    }
    await expect.poll(() => cell(page, 'no-cache', 'hit-ratio').textContent()).toMatch(/^0\.0/)
    await expect.poll(async () => (await load()).running).toBeNull()
    expect((await load()).last?.why).toBe('done')

    const totals = await stats()
    expect(totals['no-cache']).toMatchObject({ hits: 0, stale: 0 })
    for (const name of cached) expect(totals[name]!.hits, name).toBeGreaterThan(0)
    for (const name of strategyNames) {
      const { reads, loads, staleReads } = totals[name]!
      await expect
        .poll(async () => {
          const cells = await row(page, name).locator('td').allTextContents()
          return [0, 4, 5].map((i) => Number(cells[i]!.replaceAll(',', '')))
        })
        .toEqual([reads, loads, staleReads])
    }
    expect(await stats()).toEqual(totals)
  })

  it('can be stopped from the page', async () => {
    const page = await system.open()
    await system.call('POST', '/api/load', { ratePerSecond: 5, seconds: 60, strategies: ['tiered'] })
    await page.getByText('Running: 5 requests per second to tiered').waitFor()
    expect(await page.getByRole('button', { name: 'Start this load' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Stop the load' }).click()
    await page.getByText('The last load was stopped').waitFor()
    expect((await load()).running).toBeNull()
  })

  it("shows the API's reason near the control", async () => {
    const page = await system.open()
    await page.route('**/api/load', (route) => route.continue({ postData: JSON.stringify({ zipf: 7 }) }))
    await page.getByRole('button', { name: 'Start this load' }).click()
    await expect.poll(() => page.locator('#load [role=alert]').textContent()).toContain('give a number from 0 to 2')
  })
})

it('asks for the admin token if the API needs one, and keeps it for this tab', async () => {
  const base = await system.startApi({ ADMIN_TOKEN: 'a-secret-token' })
  const page = await system.open('/#strategies=tiered', { base })
  await page.getByRole('button', { name: 'Start this load' }).click()
  await expect.poll(() => page.locator('#load [role=alert] p').textContent()).toContain('Authorization')
  // A wrong one is refused, and its field is empty again.
  await page.getByLabel('Admin token').fill('not-the-token')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => page.getByLabel('Admin token').inputValue()).toBe('')
  await page.getByLabel('Admin token').fill('a-secret-token')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Running: 50 requests per second to tiered').waitFor()
  await page.getByRole('button', { name: 'Stop the load' }).click()
  await page.getByText('The last load was stopped').waitFor()
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 1])
})

it('runs the load and the action of a step of the tour, once the admin token is entered', async () => {
  const base = await system.startApi({ ADMIN_TOKEN: 'a-secret-token' })
  const page = await system.open('/', { base })
  await page.getByRole('button', { name: 'Take the guided tour, 6 steps' }).first().click()
  const tour = page.getByRole('region', { name: 'Guided tour' })
  for (let step = 1; step < 3; step++) {
    await tour.getByLabel('Admin token').waitFor()
    await tour.getByRole('button', { name: 'Next' }).click()
  }
  await tour.getByText('Step 3 of 6').waitFor()
  await tour.getByLabel('Admin token').fill('a-secret-token')
  await tour.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => page.locator('#marks').textContent(), { timeout: 15_000 }).toContain('Write the hottest post')
  expect(await tour.getByRole('alert').textContent()).toBe('')
  await tour.getByRole('button', { name: 'Leave the tour' }).click()
  await page.getByText('The last load was stopped').waitFor()
  // Its entries have a short TTL, and the tests share a Redis.
  await system.call('POST', '/api/actions/flush')
})

describe('actions', () => {
  it('drop the hottest entry: one load answers all its readers, and no-cache loads for each of them', async () => {
    const page = await system.open()
    await system.call('POST', '/api/load', {
      ratePerSecond: 50,
      seconds: 60,
      posts: 5,
      writeShare: 0,
      ttlMs: 600_000,
      originDelayMs: 400,
    })
    const waiting = cached.filter((name) => name !== 'always-hit')
    const loads = async () => Object.entries(await stats()).map(([name, figures]) => [name, figures.loads] as const)
    // From here on each of the 5 posts is cached.
    await expect.poll(async () => new Map(await loads()).get('no-cache')).toBeGreaterThan(200)
    const before = new Map(await loads())
    await page.getByRole('button', { name: 'Drop the hottest entry' }).click()
    await expect.poll(async () => new Map(await loads()).get('no-cache')).toBeGreaterThan(before.get('no-cache')! + 100)
    const after = new Map(await loads())
    for (const name of waiting) expect(after.get(name)! - before.get(name)!, name).toBe(1)
    for (const name of waiting) {
      await expect.poll(() => cell(page, name, 'loads').textContent(), { message: name }).toMatch(/^0\.[0-9]\/s$/)
    }
  })

  it('write around the cache: stale values appear where they may', async () => {
    const strategies = ['cache-aside', 'no-cache']
    const page = await system.open(`/#strategies=${strategies}`)
    await fill(page, { ratePerSecond: '50', seconds: '40', writeShare: '0', ttlMs: '30', zipf: '1.5' })
    await page.getByRole('button', { name: 'Start this load' }).click()
    await expect.poll(async () => (await stats())['cache-aside']!.hits).toBeGreaterThan(50)
    await page.getByRole('button', { name: 'Write around the cache' }).click()
    await expect.poll(() => cell(page, 'cache-aside', 'stale').textContent()).toMatch(/^\d+.* late$/)
    await expect.poll(() => page.locator('.answer.stale .winner').textContent()).toBe('cache-aside')
    expect((await stats())['no-cache']!.staleReads).toBe(0)
    expect(await page.locator('#marks').textContent()).toContain('Write around the cache')
  })

  it('say in text why one is not available', async () => {
    const page = await system.open()
    const button = page.getByRole('button', { name: /Pause Redis/ })
    expect(await button.isDisabled()).toBe(true)
    const reason = page.locator(`#${await button.getAttribute('aria-describedby')}`)
    expect(await reason.textContent()).toMatch(/^Not available: only for a Redis/)
  })
})

it('shows that the connection is lost, keeps the figures, and goes on when it is back', async () => {
  const proxy = await startTcpProxy(Number(new URL(system.url).port))
  try {
    const page = await system.open('/#strategies=cache-aside', { base: `http://${proxy.address}` })
    await system.call('POST', '/api/load', { ratePerSecond: 20, seconds: 60, strategies: ['cache-aside'] })
    await expect.poll(() => cell(page, 'cache-aside', 'hit-ratio').textContent()).toMatch(/\d/)
    const refusing = await startTcpProxy(1)
    const { port } = new URL(`http://${refusing.address}`)
    await refusing.close()
    proxy.leadTo(Number(port))
    proxy.silence()
    await page.getByText('Connection lost').waitFor({ timeout: 15_000 })
    expect(await cell(page, 'cache-aside', 'hit-ratio').textContent()).toMatch(/\d/)
    const readsBefore = (await stats())['cache-aside']!.reads
    proxy.leadTo(Number(new URL(system.url).port))
    await page.getByText('Connection lost').waitFor({ state: 'hidden' })
    await expect
      .poll(async () => Number((await row(page, 'cache-aside').locator('td').first().textContent())!.replace(',', '')))
      .toBeGreaterThan(readsBefore)
  } finally {
    await proxy.close()
  }
})

it('says so if there are no figures yet', async () => {
  const page = await system.open()
  await page.route('**/api/stats/stream', (route) => route.abort())
  await page.reload()
  await page.getByText('No figures yet: the API does not answer, or too many pages are open.').waitFor()
  await page.unroute('**/api/stats/stream')
  await page.getByText('No figures yet').waitFor({ state: 'hidden' })
})

it('says since when it counts, once the counters were set to 0 under a load', async () => {
  const page = await system.open('/#strategies=cache-aside')
  await fill(page, { ratePerSecond: '20', seconds: '60', writeShare: '0' })
  await page.getByRole('button', { name: 'Start this load' }).click()
  const about = () => page.locator('#answers-of').textContent()
  await expect.poll(about).toMatch(/^The running load, started at /)
  await expect.poll(() => page.locator('.answer.hit .answer-text').textContent()).toMatch(/^On average, a read takes/)
  await expect
    .poll(() => page.locator('.answer.stale .answer-text').textContent())
    .toBe('Nothing was written, so no value could be stale.')
  await page.getByRole('button', { name: 'Set all counters to 0' }).click()
  await expect.poll(about).toMatch(/^All traffic since \d\d:\d\d:\d\d$/)
})

it('goes on if a load is started while the picture is paused', async () => {
  const page = await system.open('/#strategies=cache-aside')
  await expect.poll(() => row(page, 'cache-aside').count()).toBe(1)
  const pause = page.getByRole('button', { name: 'Pause', exact: true })
  await pause.click()
  await page.getByRole('button', { name: 'Start this load' }).click()
  expect(await pause.getAttribute('aria-pressed')).toBe('false')
  await expect
    .poll(async () => Number(await row(page, 'cache-aside').locator('td').first().textContent()))
    .toBeGreaterThan(20)
})

it('keeps what it said of earlier actions when a new one is added', async () => {
  const page = await system.open('/#strategies=cache-aside')
  const items = page.locator('#marks li')
  await page.getByRole('button', { name: 'Drop the hottest entry' }).click()
  await expect.poll(() => items.first().textContent()).toContain('Drop the hottest entry')
  await items.first().evaluate((item) => item.setAttribute('data-seen', ''))
  await page.getByRole('button', { name: 'Write around the cache' }).click()
  await expect.poll(() => items.first().textContent()).toContain('Write around the cache')
  expect(await items.nth(1).getAttribute('data-seen')).toBe('')
})

it('pauses the picture and catches up', async () => {
  const page = await system.open('/#strategies=cache-aside')
  await system.call('POST', '/api/load', { ratePerSecond: 20, seconds: 60, strategies: ['cache-aside'] })
  const reads = () => row(page, 'cache-aside').locator('td').first().textContent()
  await expect.poll(async () => Number(await reads())).toBeGreaterThan(20)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  const frozen = Number(await reads())
  await expect.poll(async () => (await stats())['cache-aside']!.reads).toBeGreaterThan(frozen + 60)
  expect(Number(await reads())).toBe(frozen)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect.poll(async () => Number(await reads())).toBeGreaterThan(frozen + 60)
})

describe('the link', () => {
  it('restores window, theme, strategies, sort and load', async () => {
    const first = await system.open()
    await first.getByRole('radio', { name: '5 min' }).check()
    await first.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
    await first.getByText('Strategies: 14 of 14').click()
    await first.getByRole('checkbox', { name: 'xfetch' }).uncheck()
    await first.getByRole('button', { name: 'Loads', exact: true }).click()
    await fill(first, { zipf: '1.3' })
    await first.locator('form.load input[name=zipf]').blur()

    const second = await system.open(`/${new URL(first.url()).hash}`)
    expect(await second.getByRole('radio', { name: '5 min' }).isChecked()).toBe(true)
    expect(await second.locator('html').getAttribute('data-theme')).toBe('dark')
    await second.getByText('Strategies: 13 of 14').waitFor()
    expect(await second.getByRole('columnheader', { name: 'Loads' }).getAttribute('aria-sort')).toBe('ascending')
    expect(await second.locator('form.load input[name=zipf]').inputValue()).toBe('1.3')
  })
})

describe('an address', () => {
  it('sends no load to strategies that this server does not have', async () => {
    const page = await system.open('/#strategies=no-such-strategy,tiered')
    await page.getByText('Strategies: 1 of 14').waitFor()
    await page.getByRole('button', { name: 'Start this load' }).click()
    await expect.poll(async () => (await load()).running?.strategies).toEqual(['tiered'])
  })

  it('that is pasted into the same tab is applied', async () => {
    const page = await system.open('/#strategies=tiered')
    await page.getByText('Strategies: 1 of 14').waitFor()
    await page.evaluate(() => {
      location.hash = '#strategies=tiered,xfetch&window=300'
    })
    await page.getByText('Strategies: 2 of 14').waitFor()
    expect(await page.getByRole('radio', { name: '5 min' }).isChecked()).toBe(true)
  })

  it('keeps the view when the reader skips to the content', async () => {
    const page = await system.open('/#strategies=tiered')
    await page.getByText('Strategies: 1 of 14').waitFor()
    await tabTo(page, 'Skip to the content')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).hash).toBe('#strategies=tiered')
    expect(await page.locator('.lane').count()).toBe(1)
  })
})

it('shows the chosen strategies only, and all while none is chosen', async () => {
  const page = await system.open()
  await page.getByText('Strategies: 14 of 14').click()
  await page.getByRole('button', { name: 'Uncheck all' }).click()
  await page.getByText('Strategies: all 14 (none checked)').waitFor()
  expect(await page.locator('.lane').count()).toBe(strategyNames.length)
  for (const name of ['tiered', 'xfetch']) await page.getByRole('checkbox', { name }).check()
  expect(await page.locator('.lane h3').allTextContents()).toEqual(['xfetch', 'tiered'])
  expect(await page.locator('#figures tbody tr').count()).toBe(2)
  await page.getByRole('button', { name: 'Check all', exact: true }).click()
  expect(await page.locator('.lane').count()).toBe(strategyNames.length)
})

it('maps the chosen strategies by read time and loads, drawn from each second of the stream', async () => {
  const page = await system.open('/#strategies=no-cache,cache-aside,naive-lock&window=30')
  // It is drawn only while it is in view, and what is above it grows.
  const inView = async () => {
    const map = page.locator('#map')
    await map.scrollIntoViewIfNeeded()
    return map
  }
  const names = async () => {
    const labels = await (await inView()).locator('.halo').allTextContents()
    return labels.map((label) => label.replace(/^‼ |: .*$/g, '')).toSorted()
  }
  const strategies = ['no-cache', 'cache-aside', 'naive-lock']
  await system.call('POST', '/api/load', { ratePerSecond: 50, seconds: 60, ttlMs: 2_000, writeShare: 0, strategies })
  await expect.poll(names).toEqual(['cache-aside', 'naive-lock', 'no-cache'])
  const said = async () => (await (await inView()).locator('svg').getAttribute('aria-label')) ?? ''
  const first = await said()
  expect(first).toMatch(/no-cache: [\d.]+\sm?s, [\d.]+ loads per 100 reads; cache-aside: /)
  await expect.poll(said).not.toBe(first)
  const figures = page.locator('#map-figures li')
  await page.getByText('The figures of the map').press('Enter')
  await expect
    .poll(async () => (await figures.allInnerTexts()).map((text) => text.replace(/:.*/, '')))
    .toEqual(strategies)
  await page.getByText('The figures of the map').press('Enter')
  await expect
    .poll(() => page.locator('#map .halo[font-weight=bold]').allTextContents())
    .toEqual([expect.stringMatching(/^cache-aside: fastest.*fewest loads/)])
  await page.getByText('Strategies: 3 of 14').click()
  await page.getByRole('checkbox', { name: 'naive-lock' }).uncheck()
  await expect.poll(names).toEqual(['cache-aside', 'no-cache'])
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  const paused = await said()
  const reads = (await stats())['no-cache']!.reads
  await expect.poll(async () => (await stats())['no-cache']!.reads).toBeGreaterThan(reads + 60)
  expect(await said()).toBe(paused)
})

it('loads what draws the map only once it is in view', async () => {
  const page = await system.open('/', { viewport: { width: 1_280, height: 300 } })
  await expect.poll(() => page.locator('#figures tbody tr').count()).toBe(strategyNames.length)
  await page.getByRole('heading', { name: 'No traffic yet' }).waitFor()
  const loaded = () =>
    page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('map-chart')))
  expect(await loaded()).toBe(false)
  await page.locator('#map').scrollIntoViewIfNeeded()
  await expect.poll(loaded).toBe(true)
})

describe('everyone', () => {
  it('drives the page by keyboard only', async () => {
    const page = await system.open('/#strategies=cache-aside,no-cache')
    await page.getByRole('heading', { name: 'No traffic yet' }).waitFor()
    await fill(page, { ratePerSecond: '20', seconds: '30' })
    await page.locator('body').press('Home')
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await tabTo(page, 'Start a load')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await load()).running !== null).toBe(true)
    await tabTo(page, 'Pause')
    await page.keyboard.press('Space')
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Space')
    await tabTo(page, 'Stop the load')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await load()).running).toBeNull()
    await tabTo(page, 'Reads')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('columnheader', { name: 'Reads', exact: true }).getAttribute('aria-sort')).toBe(
      'descending',
    )
  })

  it('finds its way through the tour by keyboard, and leaves it', async () => {
    const page = await system.open()
    await tabTo(page, 'Take the guided tour, 6 steps')
    await page.keyboard.press('Enter')
    const step = page.getByRole('region', { name: 'Guided tour' })
    await step.getByText('Step 1 of 6').waitFor()
    await expect.poll(async () => (await load()).running !== null).toBe(true)
    await expect.poll(() => page.locator('.lane').count()).toBe(1)
    expect(await page.getByText(/^Strategies:/).isVisible()).toBe(false)
    await tabTo(page, 'Next')
    await page.keyboard.press('Enter')
    await step.getByText('Step 2 of 6').waitFor()
    await expect.poll(async () => (await stats())['cache-aside']!.hits).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
    await step.waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tour-start')
    await expect.poll(async () => (await load()).running).toBeNull()
    expect(await page.locator('.lane').count()).toBe(strategyNames.length)
  })

  it('starts the load of the last step of the tour, however fast the reader goes on', async () => {
    const page = await system.open()
    await page.getByRole('button', { name: 'Take the guided tour, 6 steps' }).first().click()
    const tour = page.getByRole('region', { name: 'Guided tour' })
    for (let step = 1; step < 6; step++) await tour.getByRole('button', { name: 'Next' }).click()
    await expect.poll(async () => (await load()).running?.strategies).toEqual(['stampede-lock', 'tiered'])
    expect(await tour.getByRole('alert').textContent()).toBe('')
    await tour.getByRole('button', { name: 'Finish' }).click()
    await expect.poll(async () => (await load()).running).toBeNull()
    expect(await tour.isVisible()).toBe(false)
  })

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  it.each(['light', 'dark'])(
    'finds nothing serious with axe in the %s theme, empty and under a load',
    async (theme) => {
      const page = await system.open(`/#theme=${theme}`, { bypassCSP: true })
      await page.getByRole('heading', { name: 'No traffic yet' }).waitFor()
      await page.addScriptTag({ content: axe })
      const serious = () =>
        page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run()
          return violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
        })
      expect(await serious()).toEqual([])
      await system.call('POST', '/api/load', { ratePerSecond: 20, seconds: 30, writeShare: 0.1 })
      await expect.poll(() => page.locator('.answer.hit .winner').textContent()).toMatch(/[a-z]/)
      await page.getByText(/^Strategies:/).click()
      expect(await serious()).toEqual([])
    },
  )

  it.each([380, 2_560])('needs no horizontal scrolling at %i px', async (width) => {
    const page = await system.open('/', { viewport: { width, height: 900 } })
    await system.call('POST', '/api/load', { ratePerSecond: 10, seconds: 20 })
    await expect.poll(() => page.locator('.answer.hit .winner').textContent()).toMatch(/[a-z]/)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  it('has the table without JavaScript', async () => {
    const page = await system.open('/', { javaScriptEnabled: false })
    expect(await page.locator('#figures tbody tr').count()).toBe(strategyNames.length)
    expect(await page.locator('#figures tbody th').allTextContents()).toEqual([...strategyNames])
    expect(await page.getByRole('button').count()).toBe(0)
  })
})

it('never turns the text of a post into elements', async () => {
  const title = '<img src=x onerror="document.title=1">'
  await system.call('POST', '/api/load', { ratePerSecond: 20, seconds: 20, writeShare: 0, strategies: ['cache-aside'] })
  const { hottestId } = (await load()).running!
  await system.call('PATCH', `/api/posts/${hottestId}?strategy=cache-aside`, { title })
  await system.call('POST', '/api/actions/expire-hottest', { strategies: ['cache-aside'] })
  const page = await system.open('/#strategies=<img src=x onerror=alert(1)>&sort=loads.ascending')
  await expect.poll(() => page.locator('#marks').textContent()).toMatch(/Drop the hottest/)
  await page.getByRole('button', { name: 'The hottest post', exact: true }).click()
  await expect.poll(() => inspected(page, 'cache-aside')).toContain(title.slice(0, 10))
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.title()).toBe('Cache strategies, live')
})

it('inspects a key: what each strategy stores, again each second, and why a key is refused', async () => {
  const page = await system.open()
  await system.call('GET', '/api/posts/42?strategy=tiered')
  const key = page.getByRole('textbox', { name: 'Key' })
  await key.fill('post:42')
  await key.press('Enter')
  await expect.poll(() => inspected(page, 'tiered')).toContain('version 1')
  expect(await inspected(page, 'stampede-lock')).toContain('nothing')
  await system.call('GET', '/api/posts/42?strategy=stampede-lock')
  await expect.poll(() => inspected(page, 'stampede-lock')).toContain('version 1')
  await key.fill('user:42')
  await key.press('Enter')
  await expect
    .poll(() => page.locator('#inspect [role=alert]').textContent())
    .toContain('key is "user:42"; give the key')
})

it('stays at one heap size and below 30 % of a core with all lanes', async () => {
  const page = await system.open()
  await system.call('POST', '/api/load', { ratePerSecond: 5, seconds: 30 })
  await page.locator('#map').scrollIntoViewIfNeeded()
  await expect.poll(() => page.locator('#map .halo').count()).toBe(strategyNames.length - 1)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)!.value
    return { heap: of('JSHeapUsedSize'), tasks: of('TaskDuration'), at: of('Timestamp') }
  }
  const before = await measure()
  const reads = (await stats())['no-cache']!.reads
  await expect.poll(async () => (await stats())['no-cache']!.reads).toBeGreaterThan(reads + 60)
  const after = await measure()
  expect((after.tasks - before.tasks) / (after.at - before.at)).toBeLessThan(0.3)
  expect(after.heap - before.heap).toBeLessThan(1_000_000)
})

/** Presses Tab until the control with this name has the focus. */
async function tabTo(page: Page, name: string) {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      return element?.getAttribute('aria-label') ?? element?.textContent
    })
    if (focused === name) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
      expect(outline, `focus on ${name} is visible`).not.toBe('none')
      return
    }
  }
  throw new Error(`Tab never reached ${name}`)
}
