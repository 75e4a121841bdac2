import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from './support/open-page.ts'
import { type StaticServer, serveFolder } from './support/static-server.ts'

const runs = join(import.meta.dirname, '../../../docs/runs')
const names = readdirSync(runs).flatMap((file) => /^compare-(.*)\.json$/.exec(file)?.[1] ?? [])
const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const HOSTILE = '</script><img src=x onerror="document.title=1">'

const folder = mkdtempSync(join(tmpdir(), 'report-'))
const file = join(folder, 'hostile.json')
const report = pathToFileURL(join(folder, 'hostile.html')).href
const { config, strategies, ...stored } = JSON.parse(readFileSync(join(runs, 'compare-blog.json'), 'utf8'))
const all: readonly string[] = config.strategies
let browser: Browser
let site: StaticServer

beforeAll(async () => {
  const workload = { ...config.workload, title: HOSTILE }
  const titled = strategies.map((strategy: object) => ({ ...strategy, title: HOSTILE }))
  writeFileSync(file, JSON.stringify({ ...stored, config: { ...config, workload }, strategies: titled }))
  const cli = join(import.meta.dirname, '../../compare/src/cli.ts')
  execFileSync(process.execPath, ['--conditions=workspace-source', cli, 'report', file])
  site = await serveFolder(join(import.meta.dirname, '../dist'))
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser?.close()
  await site?.close()
  rmSync(folder, { recursive: true })
})

const rowsOf = (page: Page) => page.locator('#hits table').first().locator('tbody th').allTextContents()
const mapped = async (page: Page) =>
  (await page.locator('#pareto .wide .halo').allTextContents()).map((label) => label.replace(/^‼ |: .*$/g, ''))
const shown = (page: Page) => page.locator('#shown').textContent()

describe("a report's file", () => {
  it.each([380, 1_280, 2_560])('opens without a network and without scrolling sideways at %i px', async (width) => {
    await using opened = await openPage(browser, report, { width })
    const { page, problems, foreign } = opened
    await page.getByText('Strategies: 14 of 14').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    expect(problems).toEqual([])
    expect(foreign).toEqual([])
  })

  it('keeps a hostile title as text, also when it is rendered again', async () => {
    await using opened = await openPage(browser, report, { width: 1_280 })
    const { page, problems } = opened
    const check = async () => {
      expect(await page.locator('#answer > p').first().textContent()).toContain(HOSTILE)
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.title()).toMatch(/^Cache strategies compared/)
    }
    await check()
    await page.getByText('Strategies: 14 of 14').click()
    await page.getByRole('checkbox', { name: 'xfetch' }).uncheck()
    await expect.poll(() => shown(page)).toContain('Only 13 of 14')
    await check()
    expect(problems).toEqual([])
  })

  it('draws tables and charts over the chosen strategies, by keyboard, and over all again', async () => {
    await using opened = await openPage(browser, report, { width: 1_280 })
    const { page } = opened
    const before = await page.locator('#report').textContent()
    expect(await rowsOf(page)).toEqual(all)
    expect((await mapped(page)).toSorted()).toEqual(all.filter((name) => name !== 'always-hit').toSorted())
    await page.locator('summary', { hasText: 'Strategies' }).press('Enter')
    await page.getByRole('button', { name: 'Uncheck all' }).press('Enter')
    for (const name of ['no-cache', 'tiered']) await page.getByRole('checkbox', { name, exact: true }).press('Space')
    await expect.poll(() => rowsOf(page)).toEqual(['no-cache', 'tiered'])
    expect((await mapped(page)).toSorted()).toEqual(['no-cache', 'tiered'])
    expect(await page.locator('#latency .panel').count()).toBe(2)
    expect(await shown(page)).toMatch(/^Only 2 of 14 strategies/)
    await page.getByRole('button', { name: 'Check all', exact: true }).press('Enter')
    await expect.poll(() => rowsOf(page)).toEqual(all)
    expect((await page.locator('#report').textContent()) === before).toBe(true)
  })

  it('sorts a table by a column, and keeps the order over other strategies', async () => {
    await using opened = await openPage(browser, report, { width: 1_280 })
    const { page } = opened
    const table = page.locator('#latency table').first()
    const column = async () => {
      const texts = await table.locator('tbody tr td:nth-child(2)').allTextContents()
      return texts.map((text) => Number.parseFloat(text.replace(/^[^\d]*/, '')))
    }
    const head = table.getByRole('columnheader', { name: 'read p50' })
    const ascending = (await column()).toSorted((a, b) => a - b)
    await head.getByRole('button').press('Enter')
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    expect(await column()).toEqual(ascending)
    await head.getByRole('button').click()
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    expect(await column()).toEqual(ascending.toReversed())
    await page.getByText('Strategies: 14 of 14').click()
    await page.getByRole('checkbox', { name: 'xfetch' }).uncheck()
    await expect.poll(async () => (await column()).length).toBe(13)
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    expect(await column()).toEqual((await column()).toSorted((a, b) => b - a))
  })

  it('sorts figures of more than three digits as numbers, and offers no order of words', async () => {
    await using opened = await openPage(browser, report, { width: 1_280 })
    const { page } = opened
    const table = page.locator('#guarantees table').first()
    const column = async (number: number) => {
      const texts = await table.locator(`tbody tr td:nth-child(${number})`).allTextContents()
      return texts.map((text) => text.replaceAll(',', ''))
    }
    const reads = (await column(8)).map(Number)
    expect(reads.toSorted()).not.toEqual(reads.toSorted((a, b) => a - b))
    await table.getByRole('button', { name: 'probe reads' }).click()
    expect((await column(8)).map(Number)).toEqual(reads.toSorted((a, b) => a - b))
    await table.getByRole('button', { name: 'max staleness' }).click()
    expect((await column(3)).at(-1)).toBe('–')
    expect(await table.getByRole('button').allTextContents()).not.toContain('verdict')
  })

  it("has a light and a dark theme, independent of the system's", async () => {
    await using opened = await openPage(browser, report, { width: 1_280, colorScheme: 'light' })
    const { page } = opened
    const colours = () =>
      page.evaluate(() => {
        const symbol = document.querySelector(
          '#pareto .wide path[stroke^="var(--hue"], #pareto .wide g[stroke^="var(--hue"]',
        )!
        return [getComputedStyle(document.body).backgroundColor, getComputedStyle(symbol).stroke]
      })
    const light = await colours()
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
    const dark = await colours()
    for (const at of [0, 1]) expect(dark[at]).not.toBe(light[at])
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('light')
    expect(await colours()).toEqual(light)
  })

  it('has all tables and charts without JavaScript, and no controls', async () => {
    await using opened = await openPage(browser, report, { width: 1_280, javaScriptEnabled: false })
    const { page } = opened
    expect(await rowsOf(page)).toEqual(all)
    expect(await page.locator('#pareto .wide svg').isVisible()).toBe(true)
    expect(await page.getByRole('button').count()).toBe(0)
  })
})

describe('/comparisons', () => {
  it('lists every stored comparison with its load and its answer', async () => {
    await using opened = await openPage(browser, `${site.url}/comparisons`, { width: 380 })
    const { page, problems } = opened
    const links = page.locator('.comparisons h2 a')
    expect(await links.allTextContents()).toEqual(names.toSorted())
    expect(await page.locator('.comparisons li').allTextContents()).toEqual(
      names.map(() => expect.stringMatching(/requests\/s on [\s\S]* runs? of [\s\S]*Always current: /)),
    )
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380)
    await links.first().click()
    await page.getByRole('heading', { level: 1, name: /^Cache strategies compared/ }).waitFor()
    expect(problems).toEqual([])
  })

  it.each(names)(
    '/comparisons/%s opens under the policy of the API, and loads its figures when asked',
    async (name) => {
      await using opened = await openPage(browser, `${site.url}/comparisons/${name}`, { width: 380 })
      const { page, problems, foreign } = opened
      await page.locator('summary', { hasText: 'Strategies' }).click()
      const boxes = page.getByRole('checkbox')
      const number = await boxes.count()
      await boxes.first().uncheck()
      await expect.poll(() => shown(page)).toContain(`Only ${number - 1} of ${number} strategies`)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380)
      expect(problems).toEqual([])
      expect(foreign).toEqual([])
    },
  )
})

it('shows all strategies if the figures cannot be loaded, says so, and tries again at the next choice', async () => {
  await using opened = await openPage(browser, `${site.url}/comparisons/blog`, { width: 1_280 })
  const { page } = opened
  await page.route('**/blog.json', (route) => route.abort(), { times: 1 })
  await page.locator('summary', { hasText: 'Strategies' }).click()
  const box = page.getByRole('checkbox', { name: 'xfetch' })
  await box.click()
  await expect.poll(() => shown(page)).toContain('All 14 strategies are still shown: the figures could not be loaded')
  await expect.poll(() => box.isChecked()).toBe(true)
  await box.click()
  await expect.poll(() => shown(page)).toContain('Only 13 of 14')
})

it.each([
  ['light', () => [report, `${site.url}/comparisons`]],
  ['dark', () => [`${site.url}/comparisons`, `${site.url}/comparisons/cheap-reads`]],
] as const)('axe finds nothing serious in the %s theme', async (colorScheme, addresses) => {
  for (const address of addresses()) {
    await using opened = await openPage(browser, address, { width: 1_280, colorScheme, bypassCSP: true })
    const { page } = opened
    await page.addScriptTag({ content: axeSource })
    const serious = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run()
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
    })
    expect(serious, basename(address)).toEqual([])
  }
})
