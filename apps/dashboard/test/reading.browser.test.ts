import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeReading } from '../build/reading/write-reading.ts'
import { openPage } from './support/open-page.ts'
import { type StaticServer, serveFolder } from './support/static-server.ts'

const root = join(import.meta.dirname, '../../..')
const names = readdirSync(join(root, 'docs/strategies')).map((file) => basename(file, '.md'))
const addresses = ['/strategies', ...names.map((name) => `/strategies/${name}`)]
const openApi = execFileSync(
  process.execPath,
  [
    '--conditions=workspace-source',
    '--input-type=module',
    '--eval=import { openApiDocument } from "./src/openapi/document.ts"; console.log(JSON.stringify(openApiDocument()))',
  ],
  { cwd: join(root, 'apps/api'), encoding: 'utf8' },
)
const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const folder = mkdtempSync(join(tmpdir(), 'reading-'))
let browser: Browser
let server: StaticServer

beforeAll(async () => {
  writeReading(folder)
  server = await serveFolder(folder, { openApi })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true })
})

test.each(addresses)('%s renders without errors and violations, and does not scroll sideways', async (address) => {
  for (const width of [380, 1280, 2560]) {
    await using opened = await openPage(browser, server.url + address, { width })
    const { page, problems, foreign } = opened
    expect(problems).toEqual([])
    expect(foreign).toEqual([])
    const [content, view] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ])
    expect(content, `at ${width} px`).toBeLessThanOrEqual(view!)
  }
})

test.each(names)('the diagrams of %s hold their texts', async (name) => {
  for (const width of [380, 1280]) {
    await using opened = await openPage(browser, `${server.url}/strategies/${name}`, { width })
    const outside = await opened.page.evaluate(() => {
      const found: string[] = []
      for (const svg of document.querySelectorAll('figure.sequence svg')) {
        const drawing = svg.getBoundingClientRect()
        if (drawing.width === 0) continue // the one for another width
        const boxes = [...svg.querySelectorAll('rect.note, rect.participant')].map((box) => box.getBoundingClientRect())
        for (const text of svg.querySelectorAll('text')) {
          const { left, right, top, bottom } = text.getBoundingClientRect()
          const isIn = (box: DOMRect) =>
            left >= box.left && right <= box.right && top >= box.top - 1 && bottom <= box.bottom + 1
          const needsBox = text.matches('.note-text, .participant-name')
          if (!isIn(drawing) || (needsBox && !boxes.some(isIn))) found.push(text.textContent)
        }
      }
      return found
    })
    expect(outside, `at ${width} px`).toEqual([])
  }
})

test.each(['/strategies', '/strategies/write-behind'])('axe finds nothing serious on %s', async (address) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [380, 1280]) {
      await using opened = await openPage(browser, server.url + address, { width, colorScheme })
      expect(await seriousOn(opened.page), `${colorScheme}, at ${width} px`).toEqual([])
    }
  }
})

test('a narrow screen gets the narrow drawing, a wide screen the wide one', async () => {
  for (const [width, shown] of [
    [380, 'narrow'],
    [1280, 'wide'],
  ] as const) {
    await using opened = await openPage(browser, `${server.url}/strategies/cache-aside`, { width })
    const visible = opened.page.locator('figure.sequence .scroll:visible')
    expect(await visible.count()).toBe(2)
    for (const one of await visible.all()) expect(await one.getAttribute('class')).toBe(`scroll ${shown}`)
  }
})

test('the index leads to a strategy, and from there to a section of another', async () => {
  await using opened = await openPage(browser, `${server.url}/strategies`, { width: 1280 })
  const { page } = opened
  await page.getByRole('link', { name: 'xfetch' }).click()
  await page.waitForURL('**/strategies/xfetch')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('xfetch')
  await page.locator('a[href="/strategies/stampede-lock#read"]').first().click()
  await page.waitForURL('**/strategies/stampede-lock#read')
  expect(await page.locator(':target').textContent()).toBe('Read')
})

test('/docs shows every operation of openapi.json, with requests to its own server only', async () => {
  await using opened = await openPage(browser, `${server.url}/docs`, { width: 1280 })
  const { page, problems, foreign } = opened
  const { paths } = JSON.parse(openApi) as { paths: Record<string, Record<string, unknown>> }
  const expected = Object.entries(paths).flatMap(([path, methods]) =>
    ['get', 'head', 'put', 'post', 'patch', 'delete']
      .filter((method) => method in methods)
      .map((method) => `${method} ${path}`),
  )
  await page.locator('.opblock').first().waitFor()
  const shown = await page.locator('.opblock-summary').evaluateAll((summaries) =>
    summaries.map((summary) => {
      const text = (selector: string) => summary.querySelector(selector)?.textContent.replaceAll('\u200b', '') ?? ''
      return `${text('.opblock-summary-method').toLowerCase()} ${text('.opblock-summary-path')}`
    }),
  )
  expect(shown.toSorted()).toEqual(expected.toSorted())
  expect(problems).toEqual([])
  expect(foreign).toEqual([])
})

test('an operation of /docs opens without violations, in light and dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await using opened = await openPage(browser, `${server.url}/docs`, { width: 380, colorScheme })
    const { page, problems } = opened
    await page.locator('.opblock-summary-control').first().click()
    await page.locator('.opblock.is-open .responses-inner').waitFor()
    expect(problems).toEqual([])
    const [content, view] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ])
    expect(content).toBeLessThanOrEqual(view!)
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 23, 26)')
  }
})

test('axe finds nothing serious on /docs, with an operation of each method open', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await using opened = await openPage(browser, `${server.url}/docs`, { width: 1280, colorScheme })
    const { page } = opened
    for (const method of ['get', 'head', 'put', 'post', 'patch', 'delete']) {
      await page.locator(`.opblock-${method} .opblock-summary-control`).first().click()
      await page.locator(`.opblock-${method}.is-open .responses-inner`).first().waitFor()
    }
    expect(await seriousOn(page), colorScheme).toEqual([])
  }
})

async function seriousOn(page: Page) {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))
}
