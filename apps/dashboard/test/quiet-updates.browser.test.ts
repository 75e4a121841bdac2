/** What repeats by itself disturbs nobody: a reader keeps the focus, and a screen reader says it once. */
import { startTcpProxy } from 'local-servers'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type LiveSystem, startLiveSystem } from './support/live-system.ts'

let system: LiveSystem
beforeAll(async () => {
  system = await startLiveSystem()
})
afterAll(() => system?.stop())
afterEach(async () => {
  for (const context of system.browser.contexts()) await context.close()
  expect(system.takeErrors()).toEqual([])
})

/** Counts the changes of an element's children from now on. */
async function changesOf(element: Locator): Promise<() => Promise<number>> {
  const counted = await element.evaluateHandle((node) => {
    const changes = { count: 0 }
    new MutationObserver((records) => {
      changes.count += records.length
    }).observe(node, { childList: true })
    return changes
  })
  return () => counted.evaluate(({ count }) => count)
}

it('keeps the focus, the buttons and the lanes when it connects again', async () => {
  const proxy = await startTcpProxy(Number(new URL(system.url).port))
  const refusing = await startTcpProxy(1)
  await refusing.close()
  try {
    const page = await system.open('/', { base: `http://${proxy.address}` })
    const flush = page.getByRole('button', { name: 'Flush' })
    await flush.focus()
    await page.locator('.lane .lane-title').last().getByText(/\w/).waitFor()
    const changes = await Promise.all([page.locator('.actions'), page.locator('#lanes')].map(changesOf))
    proxy.leadTo(Number(new URL(`http://${refusing.address}`).port))
    proxy.silence()
    await page.getByText('Connection lost').waitFor({ timeout: 15_000 })
    const asked = Promise.all(['actions', 'strategies'].map((name) => page.waitForResponse(`**/api/${name}`)))
    proxy.leadTo(Number(new URL(system.url).port))
    await Promise.all((await asked).map((answer) => answer.finished()))
    await page.getByText('Connection lost').waitFor({ state: 'hidden' })
    expect(await Promise.all(changes.map((count) => count()))).toEqual([0, 0])
    expect(await flush.evaluate((button) => button === document.activeElement)).toBe(true)
  } finally {
    await proxy.close()
  }
})

describe('the inspector', () => {
  /** A page whose time the test moves, and how often it has asked for entries. */
  async function inspecting(answer: (route: Parameters<Parameters<Page['route']>[1]>[0]) => unknown) {
    const page = await system.open()
    let asked = 0
    await page.route('**/api/entries?*', (route) => {
      asked++
      return answer(route)
    })
    await page.clock.install()
    await page.locator('#inspect').scrollIntoViewIfNeeded()
    await page.getByRole('button', { name: 'Inspect', exact: true }).click()
    await expect.poll(() => asked).toBe(1)
    return { page, asked: () => asked }
  }

  it('says once that the API does not answer, however often it asks again', async () => {
    const { page, asked } = await inspecting((route) => route.abort())
    const alert = page.locator('#inspect [role=alert]')
    await alert.getByText('The API does not answer').waitFor()
    const changes = await changesOf(alert)
    for (let times = 2; times <= 4; times++) {
      await page.clock.runFor(1_000)
      await expect.poll(asked).toBe(times)
    }
    expect(await changes()).toBe(0)
    await page.unroute('**/api/entries?*')
    await page.clock.runFor(1_000)
    await page.locator('.inspected tbody tr').first().waitFor()
    expect(await alert.textContent()).toBe('')
  })

  it('asks nothing while a question has no answer yet, unless it is about another key', async () => {
    const { page, asked } = await inspecting(() => {})
    await page.clock.runFor(4_000)
    expect(asked()).toBe(1)
    await page.locator('#inspect input[name=key]').fill('posts')
    await page.getByRole('button', { name: 'Inspect', exact: true }).click()
    await expect.poll(asked).toBe(2)
  })

  it('asks again after a question that got no answer for 5 s', async () => {
    const { page, asked } = await inspecting(() => {})
    await page.clock.runFor(5_000)
    await page.locator('#inspect [role=alert]').getByText('The API does not answer').waitFor()
    await page.clock.runFor(1_000)
    await expect.poll(asked).toBeGreaterThan(1)
  })
})
