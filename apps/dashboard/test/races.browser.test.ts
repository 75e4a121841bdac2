/** The page `/races` in Chromium, as built, under the API's Content-Security-Policy. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { races } from '../src/races/race.ts'
import { type StaticServer, serveFolder } from './support/static-server.ts'

/** Built before the tests, by `support/build-pages.ts`. */
const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 380, height: 800 }
const [first] = races as [(typeof races)[0]]

let browser: Browser
let served: StaticServer

beforeAll(async () => {
  served = await serveFolder(DIST)
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser.close()
  await served.close()
})

type Options = Parameters<Browser['newPage']>[0] & { readonly url?: string }

/** Fails the test if the page throws or breaks its policy. */
async function open(hash = '', { url = served.url, ...options }: Options = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: WIDE, ...options })
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) errors.push(message.text())
  })
  onTestFinished(async () => {
    await page.close()
    expect(errors).toEqual([])
  })
  await page.goto(`${url}/races${hash}`)
  await page.locator('.diagram .now').first().waitFor()
  return page
}

/** What the reader sees: the step, each diagram's current row, and the address. */
async function shown(page: Page): Promise<{ step: string | null; rows: string[]; hash: string }> {
  return {
    step: await page.locator('.position').textContent(),
    rows: await page.locator('.diagram .now .number').allTextContents(),
    hash: new URL(page.url()).hash,
  }
}

const at = (race: { readonly id: string; readonly rows: readonly unknown[] }, step: number) => ({
  step: `Step ${step} of ${race.rows.length}`,
  rows: [String(step), String(step)],
  hash: `#${race.id}/${step}`,
})

describe('stepping', () => {
  it('moves both forms together by keyboard, and stops at the ends', async () => {
    const page = await open(`#${first.id}/1`)
    const last = first.rows.length
    const presses = [
      ['ArrowRight', 2],
      ['ArrowLeft', 1],
      ['ArrowLeft', 1],
      ['End', last],
      ['ArrowRight', last],
      ['Home', 1],
    ] as const
    for (const [key, step] of presses) {
      await page.keyboard.press(key)
      expect(await shown(page), key).toEqual(at(first, step))
    }
  })

  it('moves by buttons, which keep the focus', async () => {
    const page = await open(`#${first.id}/1`)
    await page.getByRole('button', { name: 'Next step' }).click()
    await page.getByRole('button', { name: 'Last step' }).click()
    await page.keyboard.press('Enter')
    expect(await shown(page)).toEqual(at(first, first.rows.length))
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Last step')
  })

  it('leaves the arrow keys to the menu of races', async () => {
    const page = await open(`#${first.id}/3`, { viewport: PHONE })
    await page.getByLabel('Race', { exact: true }).focus()
    await page.keyboard.press('Home')
    expect(await shown(page)).toEqual(at(first, 3))
  })

  it('leaves the arrow keys to an area that scrolls', async () => {
    const page = await open(`#${first.id}/3`)
    await page.locator('.code pre').focus()
    await page.keyboard.press('ArrowRight')
    expect(await shown(page)).toEqual(at(first, 3))
  })

  it('keeps the race when the reader skips to the content', async () => {
    const page = await open(`#${first.id}/3`)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await expect.poll(() => shown(page)).toEqual(at(first, 3))
  })

  it('keeps the current row in view in both diagrams', async () => {
    const page = await open(`#${first.id}/1`, { reducedMotion: 'reduce' })
    await page.keyboard.press('End')
    const areInView = await page.locator('.diagram').evaluateAll((diagrams) =>
      diagrams.map((diagram) => {
        const [row, box] = [diagram.querySelector('.now')!, diagram].map((each) => each.getBoundingClientRect())
        return row!.top >= box!.top && row!.bottom <= box!.bottom + 1
      }),
    )
    expect(areInView).toEqual([true, true])
  })

  it('has room for both forms in one screen of a phone', async () => {
    const page = await open(`#${first.id}/8`, { viewport: PHONE, reducedMotion: 'reduce' })
    const overflow = await page.evaluate(() => {
      const stepper = document.querySelector('.stepper')!.getBoundingClientRect()
      const top = document.querySelector('.broken h3')!.getBoundingClientRect().top
      const bottom = document.querySelector('.guarded .diagram')!.getBoundingClientRect().bottom
      return stepper.height + (bottom - top) - window.innerHeight
    })
    expect(overflow).toBeLessThanOrEqual(0)
  })

  it('shows each step’s words and state, different where the forms differ', async () => {
    const page = await open('#stale-set/8')
    expect(await page.locator('.said').allTextContents()).toEqual([
      'R fills the cache with v1, and the cache keeps it.',
      'R tries to fill v1. The cache refuses, since R no longer has the lease.',
    ])
    expect(await page.locator('dt:text-is("Cache") + dd').allTextContents()).toEqual(['≠ v1, old', '≠ empty'])
  })

  it('goes to the step that the line of code decides', async () => {
    const page = await open(`#${first.id}/1`)
    const { row, file, line, lines, from } = first.decidedBy
    expect(await page.locator('.file').textContent()).toBe(`${file}:${line}`)
    expect(await page.locator('.line.it').textContent()).toContain(lines[line - from]!.trim())
    await page.getByRole('button', { name: `Go to step ${row + 1}` }).click()
    expect(await shown(page)).toEqual(at(first, row + 1))
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(`This is step ${row + 1}`)
  })
})

describe('the address', () => {
  it('restores race and step', async () => {
    const race = races[4]!
    const page = await open(`#${race.id}/7`)
    expect(await shown(page)).toEqual(at(race, 7))
    expect(await page.locator('h2').textContent()).toBe(race.title)
    await page.reload()
    await page.locator('.diagram .now').first().waitFor()
    expect(await shown(page)).toEqual(at(race, 7))
  })

  it('names each race that is chosen from the list, and Back returns to the one before', async () => {
    const page = await open(`#${first.id}/4`)
    await page.getByRole('link', { name: races[2]!.title, exact: true }).click()
    await page.locator('h2', { hasText: races[2]!.title }).waitFor()
    expect(await shown(page)).toEqual(at(races[2]!, 1))
    await page.goBack()
    await page.locator('h2', { hasText: first.title }).waitFor()
    expect(await shown(page)).toEqual(at(first, 4))
  })

  it('of a race that does not exist shows the first race', async () => {
    const page = await open('#no-such-race/3')
    expect(await page.locator('h2').textContent()).toBe(first.title)
  })
})

describe('the page', () => {
  it('shows a title with markup as text', async () => {
    const title = '<img src=x onerror=document.title=1>'
    const changed = await serveFolder(DIST, { changed: (script) => script.replaceAll(first.title, title) })
    onTestFinished(() => changed.close())
    const page = await open(`#${first.id}/1`, { url: changed.url })
    expect(await page.locator('h2').textContent()).toBe(title)
    expect(await page.locator('.race-list a').first().textContent()).toBe(title)
    expect(await page.locator('img').count()).toBe(0)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [WIDE, PHONE]) {
      it(`has no accessibility problem, ${colorScheme}, ${viewport.width} px wide`, async () => {
        const page = await open(`#${first.id}/8`, { colorScheme, viewport, bypassCSP: true })
        await page.addScriptTag({ path: AXE })
        const { violations } = await page.evaluate(() =>
          (window as unknown as { axe: typeof import('axe-core') }).axe.run(),
        )
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
      })
    }
  }

  it('has text with enough contrast in the diagrams', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open(`#${first.id}/8`, { colorScheme })
      const low = await page.locator('.diagram text').evaluateAll((texts) => {
        const rgb = (color: string) =>
          color
            .match(/[\d.]+/g)!
            .slice(0, 3)
            .map(Number)
        const light = (color: string) => {
          const [r, g, b] = rgb(color).map((c) =>
            c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
          )
          return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
        }
        return texts.flatMap((text) => {
          const band = text.closest('.now')?.querySelector('.band')
          const behind = band ? getComputedStyle(band).fill : getComputedStyle(document.body).backgroundColor
          const [a, b] = [light(getComputedStyle(text).fill), light(behind)].sort((x, y) => y - x)
          return (a! + 0.05) / (b! + 0.05) >= 4.5 ? [] : [text.textContent]
        })
      })
      expect(low).toEqual([])
    }
  })

  for (const width of [380, 760, 1280, 2560]) {
    it(`does not scroll sideways at ${width} px, in any race`, async () => {
      const page = await open('', { viewport: { width, height: 900 } })
      for (const race of races) {
        await page.goto(`${served.url}/races#${race.id}/${race.decidedBy.row + 1}`)
        await page.locator('h2', { hasText: race.title }).waitFor()
        const tooWide = await page.evaluate(() => {
          const isTooWide = ({ scrollWidth, clientWidth }: Element) => scrollWidth > clientWidth
          return [document.documentElement, ...document.querySelectorAll('.diagram, .form, .state')].filter(isTooWide)
            .length
        })
        expect(tooWide, race.title).toBe(0)
      }
    })
  }

  it('does not animate scrolling if less motion is wanted', async () => {
    const behavior = (page: Page) =>
      page
        .locator('.diagram')
        .first()
        .evaluate((el) => getComputedStyle(el).scrollBehavior)
    expect(await behavior(await open('', { reducedMotion: 'reduce' }))).toBe('auto')
    expect(await behavior(await open('', { reducedMotion: 'no-preference' }))).toBe('smooth')
  })
})
