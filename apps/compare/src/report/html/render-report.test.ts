import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { allStrategies, someDeviations } from '../../../test/all-strategies.ts'
import { madeUpComparison } from '../../../test/made-up-comparison.ts'
import { nodeDocument } from '../node-document.ts'
import { onlyOf, type Reported } from '../reported.ts'
import { renderReport } from './render-report.ts'

const comparison = allStrategies()
const reported = { comparison, deviations: someDeviations(comparison) }
const sourceOf = (reported: Reported) => renderReport(reported, nodeDocument).body.source
const parsed = (source: string) => parseHTML(`<!doctype html><html><body>${source}</body></html>`).document
const page = sourceOf(reported)
const document = parsed(page)

describe('the HTML report', () => {
  it('loads no external resources', () => {
    expect(document.querySelectorAll('script, link, img, iframe, object, image, use')).toHaveLength(0)
    for (const element of document.querySelectorAll('[href], [src]')) {
      expect(element.getAttribute('href') ?? element.getAttribute('src')).toMatch(/^#/)
    }
  })

  it("has no style of its own: a page's Content-Security-Policy allows none", () => {
    expect(document.querySelectorAll('style, [style]')).toHaveLength(0)
  })

  it('gives every chart a name, and a table in its section', () => {
    const charts = [...document.querySelectorAll('svg')]
    expect(charts.length).toBeGreaterThan(2 * comparison.strategies.length)
    for (const chart of charts) {
      expect(chart.getAttribute('role')).toBe('img')
      expect(chart.getAttribute('aria-label')).not.toBe('')
      expect(chart.closest('section')!.querySelector('table')).not.toBeNull()
    }
  })

  it('has the figure behind each figure of a table of strategies, to sort by', () => {
    const heads = [...document.querySelectorAll('thead th:first-child')].filter(
      (head) => head.textContent === 'strategy',
    )
    const cells = heads.flatMap((head) => [...head.closest('table')!.querySelectorAll('tbody td')])
    const figures = cells.filter(({ textContent }) => /^(?:[★=‼✓>±]|at most|best:)*[\s\d]*\d/.test(textContent))
    expect(figures.length).toBeGreaterThan(500)
    expect(figures.filter((cell) => !cell.hasAttribute('data-value')).map((cell) => cell.outerHTML)).toEqual([])
  })

  it('draws only figures from the table beside it', () => {
    const panel = [...document.querySelectorAll('#staleness .panel')].find(
      (one) => one.querySelector('h3')!.textContent === 'naive-lock',
    )!
    const said = panel.querySelector('svg')!.getAttribute('aria-label')!
    const row = [...document.querySelectorAll('#staleness tbody tr')].find(
      (one) => one.querySelector('th')!.textContent === 'naive-lock',
    )!
    const figures = [...row.querySelectorAll('td')].slice(0, -2).map((cell) => cell.textContent)
    expect([...said.matchAll(/([\d.]+(?: %)?) after/g)].map(([, figure]) => figure)).toEqual(figures)
    expect(figures).toContain('1.3 %')
  })

  it('labels every strategy once in the picture, in both sizes', () => {
    for (const size of ['.wide', '.narrow']) {
      const labels = [...document.querySelectorAll(`#pareto ${size} .halo`)].map((label) =>
        label.textContent.replace('‼ ', '').replace(/: (?:fastest|fewest) ?.*$/, ''),
      )
      const named = comparison.strategies.map(({ name }) => name).filter((name) => name !== 'always-hit')
      expect(labels.toSorted()).toEqual(named.toSorted())
    }
  })

  it('says the scope of each heading cell', () => {
    expect(renderReport(reported, nodeDocument).title).toContain('ycsb-b')
    for (const cell of document.querySelectorAll('th')) expect(cell.getAttribute('scope')).toMatch(/^(row|col)$/)
  })

  it('draws the known figures if others are missing', () => {
    const empty = madeUpComparison({ strategies: { tiered: {}, xfetch: { readP50Ms: 3 } } })
    const document = parsed(sourceOf({ comparison: empty, deviations: [] }))
    const cells = [...document.querySelectorAll('#answer tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent),
    )
    expect(cells[0]!.every((text) => text === '–')).toBe(true)
    expect(cells[1]!.filter((text) => text !== '–')).toEqual(['3'])
    expect(document.querySelectorAll('#pareto svg')).toHaveLength(0)
  })
})

it.each([
  ['one run of one strategy', { tiered: { readP50Ms: 1, readP99Ms: 3, loadsPerSecond: 5, hitRatio: 0.5 } }],
  ['nothing but zeros', { tiered: { readP50Ms: 0, readP99Ms: 0, loadsPerSecond: 0, hitRatio: 0 }, xfetch: {} }],
])('the charts can draw %s', (_, strategies) => {
  const page = sourceOf({ comparison: madeUpComparison({ runs: 1, strategies }), deviations: [] })
  expect(parsed(page).querySelectorAll('#pareto .wide .halo')).toHaveLength(1)
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

it.each([
  [4, 0],
  [5, 2],
])('with %i runs, the map names %i strategies best', (runs, best) => {
  const strategies = { tiered: { readP50Ms: 1, loadsPerSecond: 9 }, xfetch: { readP50Ms: 2, loadsPerSecond: 3 } }
  const few = parsed(sourceOf({ comparison: madeUpComparison({ runs, strategies }), deviations: [] }))
  expect(few.querySelectorAll('#pareto .wide .halo[font-weight=bold]')).toHaveLength(best)
})

describe('the report over chosen strategies', () => {
  const chosen = ['no-cache', 'tiered', 'naive-lock']
  const few = parsed(sourceOf(onlyOf(reported, chosen)))

  it('has these in every table and chart, and no others', () => {
    const others = comparison.strategies.map(({ name }) => name).filter((name) => !chosen.includes(name))
    const named = [...few.querySelectorAll('tbody th, .panel h3, .halo')].map(({ textContent }) => textContent)
    for (const name of chosen) expect(named.join()).toContain(name)
    for (const other of others) expect(named, other).not.toContain(other)
    expect(few.querySelectorAll('#latency .panel')).toHaveLength(3)
  })

  it('is as if no other had been compared', () => {
    const rows = [...few.querySelectorAll('#differences tbody tr th')].map(({ textContent }) => textContent)
    expect(rows).toEqual(['no-cache', 'tiered'])
    expect(few.querySelector('#reproduce pre')!.textContent).toContain('--strategies no-cache,naive-lock,tiered ')
  })

  it('has no advice, which was about all of them', () => {
    const advised = { ...reported, advice: ['Take tiered.'] }
    expect(sourceOf(advised)).toContain('Take tiered.')
    expect(sourceOf(onlyOf(advised, chosen))).not.toContain('Take tiered.')
    const all = comparison.strategies.map(({ name }) => name)
    expect(sourceOf(onlyOf(advised, all))).toBe(sourceOf(advised))
  })
})
