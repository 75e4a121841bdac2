import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { workloads } from 'workload'
import { allStrategies, someDeviations } from '../../test/all-strategies.ts'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import { reportContent } from './content/report-content.ts'
import { renderReport } from './html/render-report.ts'
import { markdownReport } from './markdown.ts'
import { nodeDocument } from './node-document.ts'
import { terminalReport } from './terminal.ts'

const comparison = allStrategies()
const deviations = someDeviations(comparison)
const htmlOf = (comparison: Comparison, deviations: readonly Deviation[] = [], advice?: readonly string[]) =>
  renderReport({ comparison, deviations, advice }, nodeDocument).body.source
const parsed = (source: string) => parseHTML(`<!doctype html><html><body>${source}</body></html>`).document
const document = parsed(htmlOf(comparison, deviations))
const markdown = markdownReport(comparison, deviations)

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
    const document = parsed(htmlOf(hostile(), [], [HOSTILE]))
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
    ['HTML', (few: Comparison) => htmlOf(few)],
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

  it('have a command for a trace that a shell can run, once the path of the file is given', () => {
    const chosenBy = { exclude: ["/it's,*.css"] }
    const trace = { file: 'my access.log.1.gz', requests: 10, skipped: 0, keys: 2, speed: 3, chosenBy }
    const replayed = madeUpComparison({ strategies: { tiered: {} }, workload: { trace } })
    const markdown = markdownReport(replayed, [])
    expect(markdown).toContain(
      `    pnpm compare --workload 'path/to/my access.log.1.gz' --exclude '/it'\\''s,*.css' --speed 3 --ttl 5000ms `,
    )
    expect(markdown).toContain('Replace path/to by the folder of the trace; only the name of its file is stored.')
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
