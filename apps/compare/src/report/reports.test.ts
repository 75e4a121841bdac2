import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { parseHTML } from 'linkedom'
import { describe, expect, it, vi } from 'vitest'
import { workloads } from 'workload'
import { allStrategies, someDeviations } from '../../test/all-strategies.ts'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import type { Comparison } from '../comparison.ts'
import { reportContent } from './content/report-content.ts'
import { htmlReport } from './html/html-report.ts'
import { markdownReport } from './markdown.ts'
import { addReportCommand } from './report-command.ts'
import { terminalReport } from './terminal.ts'

const comparison = allStrategies()
const deviations = someDeviations(comparison)
const page = htmlReport(comparison, deviations)
const { document } = parseHTML(page)
const markdown = markdownReport(comparison, deviations)

describe('the HTML report', () => {
  it('loads no external resources', () => {
    expect(document.querySelectorAll('script, link, img, iframe, object, image, use')).toHaveLength(0)
    for (const element of document.querySelectorAll('[href], [src]')) {
      expect(element.getAttribute('href') ?? element.getAttribute('src')).toMatch(/^#/)
    }
    const style = document.querySelector('style')!.textContent
    expect(style).not.toMatch(/url\(|@import/)
  })

  it('is small enough for an e-mail', () => {
    expect(page.length).toBeLessThan(600_000)
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

  it('draws only figures from the table beside it', () => {
    const panel = [...document.querySelectorAll('#staleness .panel')].find(
      (one) => one.querySelector('h3')!.textContent === 'naive-lock',
    )!
    const said = panel.querySelector('svg')!.getAttribute('aria-label')!
    const row = [...document.querySelectorAll('#staleness tbody tr')].find(
      (one) => one.querySelector('th')!.textContent === 'naive-lock',
    )!
    const figures = [...row.querySelectorAll('td')].slice(0, -1).map((cell) => cell.textContent)
    expect([...said.matchAll(/([\d.]+(?: %)?) after/g)].map(([, figure]) => figure)).toEqual(figures)
    expect(figures).toContain('1.3 %')
  })

  it('labels every strategy once in the picture, in both sizes', () => {
    for (const size of ['.wide', '.narrow']) {
      const labels = [...document.querySelectorAll(`#pareto ${size} .halo`)].map((label) =>
        label.textContent.replace('‼ ', ''),
      )
      const named = comparison.strategies.map(({ name }) => name).filter((name) => name !== 'always-hit')
      expect(labels.toSorted()).toEqual(named.toSorted())
    }
  })

  it('declares its language, and the scope of each heading cell', () => {
    expect(document.documentElement.getAttribute('lang')).toBe('en')
    expect(document.title).toContain('ycsb-b')
    for (const cell of document.querySelectorAll('th')) expect(cell.getAttribute('scope')).toMatch(/^(row|col)$/)
  })

  it('draws the known figures if others are missing', () => {
    const empty = madeUpComparison({ strategies: { tiered: {}, xfetch: { readP50Ms: 3 } } })
    const { document } = parseHTML(htmlReport(empty, []))
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
  const page = htmlReport(madeUpComparison({ runs: 1, strategies }), [])
  expect(parseHTML(page).document.querySelectorAll('#pareto .wide .halo')).toHaveLength(1)
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

const HOSTILE = '<img src=x onerror=alert(1)>|`"\'&\u001b[31m'

function hostile(): Comparison {
  return madeUpComparison({
    strategies: {
      [HOSTILE]: { readP50Ms: 3, loadsPerSecond: 10, hitRatio: 0.5 },
      tiered: { readP50Ms: 4, loadsPerSecond: 20, hitRatio: 0.4 },
    },
    workload: { title: HOSTILE, source: HOSTILE },
    turn: {
      [HOSTILE]: { violations: { counts: { [HOSTILE]: 1 }, schedule: [HOSTILE] }, problems: [HOSTILE], status: 'ok' },
    },
  })
}

describe('external names', () => {
  it('are escaped in HTML tables, charts and attributes', () => {
    const { document } = parseHTML(htmlReport(hostile(), [], [HOSTILE]))
    expect(document.querySelectorAll('img, [onerror]')).toHaveLength(0)
    expect(document.querySelector('#answer tbody th')!.textContent).toBe(HOSTILE)
    expect(document.querySelector('#latency .panel h3')!.textContent).toBe(HOSTILE)
    expect(document.querySelector('#latency .panel svg')!.getAttribute('aria-label')).toContain(HOSTILE)
  })

  it('break no row and start no HTML in Markdown', () => {
    const markdown = markdownReport(hostile(), [])
    const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && line.includes('onerror'))
    expect(rows.length).toBeGreaterThan(3)
    for (const row of rows) expect(row).not.toMatch(/<img|[^\\]\|`/)
  })

  it('cannot send control characters to the terminal', () => {
    expect(terminalReport(hostile(), [], { columns: 120 })).not.toContain('\u001b')
  })
})

describe('the ceiling', () => {
  const tablesOf = (id: string) =>
    reportContent(comparison, deviations)
      .sections.find((section) => section.id === id)!
      .blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : []))
  const rowsOf = (caption: RegExp) => tablesOf('answer').find((table) => caption.test(table.caption))!.rows

  it('has its own table, without marks', () => {
    const rows = rowsOf(/^The ceiling, not a strategy/)
    expect(rows.map(([name]) => name!.text)).toEqual(['always-hit'])
    expect(rows.flat().filter(({ mark }) => mark !== undefined)).toEqual([])
    for (const caption of [/^Median of the runs/, /^Without the guard/]) {
      expect(rowsOf(caption).map(([name]) => name!.text)).not.toContain('always-hit')
    }
  })

  it('is not checked: its stale reads do not break a guarantee', () => {
    const text = JSON.stringify(reportContent(comparison, deviations).sections.find(({ id }) => id === 'answer'))
    expect(text).not.toMatch(/broke it, as expected:[^"]*always-hit/)
    const [guarantees] = tablesOf('guarantees')
    const row = guarantees!.rows.find(([name]) => name!.text === 'always-hit')!
    expect(row.map(({ text }) => text).slice(1, 6)).toEqual(['–', '–', '–', 'not a strategy', '0'])
    expect(row.some(({ mark }) => mark !== undefined)).toBe(false)
  })
})

describe('the three reports', () => {
  it('have the same figures', () => {
    const [answer] = reportContent(comparison, deviations).sections
    const block = answer!.blocks.find(({ kind }) => kind === 'table')
    const cells = block?.kind === 'table' ? block.table.rows.flat() : []
    const plainMarkdown = markdown.replaceAll('\\', '')
    const terminal = terminalReport(comparison, deviations, { columns: 400 })
    const html = document.querySelector('#answer table')!.textContent
    expect(cells.length).toBe(10 * 13)
    for (const { text, detail = '' } of cells) {
      for (const report of [plainMarkdown, terminal, html]) {
        expect(report).toContain(text)
        expect(report).toContain(detail)
      }
    }
  })

  it.each([
    ['terminal', (few: Comparison) => terminalReport(few, [], { columns: 1_000 })],
    ['Markdown', (few: Comparison) => markdownReport(few, [])],
    ['HTML', (few: Comparison) => htmlReport(few, [])],
  ])('claim nothing with 2 runs: %s', (_, report) => {
    const few = report(allStrategies(2)).replaceAll(/\s+/g, ' ')
    expect(few).toContain('5 runs of each strategy are needed to claim a difference, and there are 2.')
    expect(few).toContain('(in 2 of 2 runs)')
    expect(few.match(/[Nn]o difference is claimed/g)).toHaveLength(1)
    expect(few).toContain('No difference is claimed: that needs 5 counted runs')
    expect(few).not.toContain('★')
  })

  it('name a strategy that broke its guarantee, with the timeline', () => {
    expect(markdown).toContain('**‼ write-behind broke its guarantee: 5 × read-after-write.**')
    expect(markdown).toContain('    read-after-write, 212.40 ms after')
    expect(markdown).not.toContain('‼ naive-lock broke')
    expect(document.querySelector('p.alarm')!.textContent).toContain('write-behind broke its guarantee')
  })

  it('have the answer before any table', () => {
    const kinds = reportContent(comparison, deviations).sections.flatMap(({ blocks }) => blocks.map(({ kind }) => kind))
    expect(kinds.indexOf('answers')).toBeLessThan(kinds.indexOf('table'))
    expect(document.querySelectorAll('#answer .answer h3')).toHaveLength(4)
    expect(markdown).toContain('**Always current** (reads see every acknowledged write): **')
  })

  it('name the load with its TTL, rate, posts, writes, added delay and runs', () => {
    const one = madeUpComparison({ runs: 5, strategies: { tiered: {} }, workload: { originDelayMs: 25 } })
    expect(markdownReport(one, [])).toContain(
      'Made up for a test: 200 requests/s on 9,996 posts, 5 % of them writes, TTL 5 s, 25 ms added to each load of posts, median of 5 runs of 25 s.',
    )
  })

  it('separate the effect of the added delay from that of the database', () => {
    const strategies = {
      'no-cache': { postP50Ms: 27.3, reportMissP50Ms: 90 },
      'write-through': { hitP50Ms: 0.8, reportHitP50Ms: 1 },
      'stampede-lock': { hitP50Ms: 0.92, reportHitP50Ms: 0.9 },
    }
    const delayed = markdownReport(madeUpComparison({ strategies, workload: { originDelayMs: 25 } }), [])
    expect(delayed).toContain(
      'Without the added 25 ms a post takes about 2.30 ms from the database, 2.5 times a hit (no-cache p50 less the delay). ' +
        'The report, to which no delay is added, takes 90 ms from the database, 90 times a hit.',
    )
    expect(markdownReport(madeUpComparison({ strategies }), [])).not.toContain('Without the added')
  })

  it('list forms that break their guarantee in their own table, with their violations', () => {
    const [main, unguarded] = reportContent(comparison, deviations).sections[0]!.blocks.flatMap((block) =>
      block.kind === 'table' ? [block.table] : [],
    )
    expect(main!.rows.map(([name]) => name!.text).join()).not.toMatch(/naive|peer/)
    expect(unguarded!.head[1]).toBe('how it breaks')
    expect(unguarded!.rows.map(([name]) => name!.text)).toEqual([
      'naive-invalidation',
      'naive-write-through',
      'naive-lock',
      'peer:bentocache',
      'peer:cachified',
    ])
    for (const [, loss, ...figures] of unguarded!.rows) {
      expect(loss!.text).toMatch(/\d stale reads seen/)
      expect(figures.flatMap(({ mark }) => mark ?? [])).toEqual([])
    }
    const lucky = madeUpComparison({ strategies: { 'naive-lock': { hitRatio: 0.5 }, tiered: { hitRatio: 0.4 } } })
    expect(markdownReport(lucky, [])).toContain(
      '| naive-lock | ‼ loses scripted races 0 stale reads seen; docs/races.md |',
    )
  })

  it('show counters that differ, and turns that do not count', () => {
    const odd = madeUpComparison({
      strategies: { tiered: {}, xfetch: {} },
      turn: {
        tiered: {
          status: 'failed-check',
          problems: ['one read too many'],
          account: {
            k6: { reads: 10, writes: 1, hits: 5 },
            probe: { reads: 3, writes: 1, hits: 1 },
            server: { reads: 14, writes: 2, hits: 6 },
            agree: false,
          },
        },
      },
    })
    const markdown = markdownReport(odd, [])
    expect(markdown).toContain('‼ 50 + 15 ≠ 70')
    expect(markdown).toContain('one read too many')
    expect(markdown).toContain('5 of 10 turns count')
    expect(markdown).toContain('In 5 turns the counts of the server and its clients differ.')
  })

  it('have the command to reproduce it, with the changes from the preset', () => {
    const { ratePerSecond } = workloads['ycsb-b']
    const again = madeUpComparison({
      strategies: { tiered: {}, xfetch: {} },
      workload: { ...workloads['ycsb-b'], ratePerSecond: ratePerSecond + 7 },
    })
    expect(markdownReport(again, [])).toContain(
      `    pnpm compare --workload ycsb-b --rate ${ratePerSecond + 7} --strategies tiered,xfetch --runs 5 --seed 1 --warmup 5000ms --duration 25000ms\n`,
    )
  })

  it('show deviations from theory', () => {
    expect(markdown).toContain('1 of 3 figures deviate')
    expect(markdown).toContain('± 1.0 points')
  })
})

describe('the terminal report', () => {
  it('keeps to the width of the terminal', () => {
    for (const columns of [80, 120]) {
      const tooLong = terminalReport(comparison, deviations, { columns })
        .split('\n')
        .filter((line) => line.length > columns)
      expect(tooLong).toEqual([])
    }
  })
})

describe('compare report', () => {
  const small = madeUpComparison({
    strategies: { 'cache-aside': { hitRatio: 0.7, readP50Ms: 3, loadsPerSecond: 5 }, tiered: { hitRatio: 0.6 } },
  })

  /** The output of the command for `file` in a new folder, called with `named(folder)`. */
  async function reported(file: string, named: (folder: string) => string, check: (folder: string) => Promise<void>) {
    const folder = await mkdtemp(join(tmpdir(), 'report-'))
    const said = vi.spyOn(console, 'log').mockReturnValue()
    try {
      await writeFile(join(folder, file), JSON.stringify(small))
      const program = new Command()
      addReportCommand(program, () => deviations)
      await program.parseAsync(['report', named(folder)], { from: 'user' })
      await check(folder)
      return said.mock.calls.flat().join('\n').replaceAll(folder, '…')
    } finally {
      said.mockRestore()
      await rm(folder, { recursive: true })
    }
  }

  it('writes the pages beside comparison.json in a folder, and prints what it read and wrote', async () => {
    const said = await reported(
      'comparison.json',
      (folder) => folder,
      async (folder) => {
        expect(await readFile(join(folder, 'comparison.html'), 'utf8')).toBe(htmlReport(small, deviations))
        expect(await readFile(join(folder, 'comparison.md'), 'utf8')).toBe(markdownReport(small, deviations))
      },
    )
    expect(said).toBe('From …/comparison.json: Made up for a test\n…/comparison.md\n…/comparison.html')
  })

  it("writes the pages beside a file, under the file's name", async () => {
    await reported(
      'compare-blog.json',
      (folder) => join(folder, 'compare-blog.json'),
      async (folder) => {
        const written = ['compare-blog.html', 'compare-blog.json', 'compare-blog.md', 'compare-blog.svg']
        expect((await readdir(folder)).toSorted()).toEqual(written)
      },
    )
  })
})
