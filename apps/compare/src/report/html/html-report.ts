import type { Comparison } from '../../comparison.ts'
import type { Deviation } from '../../theory/deviation.ts'
import {
  type Answer,
  type Block,
  type Cell,
  type Content,
  MARK_SIGNS,
  type Section,
  type Table,
} from '../content/content.ts'
import { reportContent } from '../content/report-content.ts'
import { lookOf } from './look.ts'
import { pageStyle } from './page-style.ts'
import { latencyPanels, type Panel, runDots, stalenessPanels } from './panels.ts'
import { paretoChart } from './pareto-chart.ts'
import { type Html, html } from './template.ts'

/** The report as one self-contained HTML page, without network or scripts. `advice`: lines of the advisor, shown first. */
export function htmlReport(
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice?: readonly string[],
): string {
  const strategies = new Set(comparison.strategies.map(({ name }) => name))
  return page(reportContent(comparison, deviations, advice), comparison, strategies).source
}

function page({ title, sections }: Content, comparison: Comparison, strategies: ReadonlySet<string>): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${pageStyle()}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<details class="contents"><summary>Contents</summary><nav aria-label="Sections">${sections.map(({ id, title }, at) => html`${at === 0 ? '' : ' · '}<a href="#${id}">${title}</a>`)}</nav></details>
${sections.map((section) => sectionOf(section, comparison, strategies))}
</main>
</body>
</html>
`
}

function sectionOf({ id, title, blocks }: Section, comparison: Comparison, strategies: ReadonlySet<string>): Html {
  const parts = blocks.map((block) => ({ kind: block.kind, part: blockOf(block, strategies) }))
  const figure = figureOf(id, comparison)
  const firstTable = parts.findIndex(({ kind }) => kind === 'table')
  const [before, table, after] = [parts.slice(0, firstTable), parts[firstTable]?.part, parts.slice(firstTable + 1)]
  const withFigure =
    figure && table
      ? html`${before.map(({ part }) => part)}<div class="${figure.position}">${figure.part}${table}</div>${after.map(({ part }) => part)}`
      : html`${parts.map(({ part }) => part)}`
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${withFigure}
</section>
`
}

/** The chart of a section, and its position relative to the section's first table, which has its figures. */
function figureOf(
  id: string,
  comparison: Comparison,
): { readonly part: Html; readonly position: 'above' | 'beside' } | undefined {
  switch (id) {
    case 'pareto': {
      const wide = paretoChart(comparison, { width: 900, height: 520 })
      const narrow = paretoChart(comparison, { width: 356, height: 560 })
      return (
        wide && {
          part: html`<figure class="whole">
<figcaption>Further left and down is better. Filled: never seen stale; hollow: seen stale. Thin lines: minimum to maximum of the runs.
Solid line: the front of strategies never seen stale; dashed: the front of all strategies that keep their guarantee. Strategies above and to the right of a line are beaten. A scale is logarithmic unless a value is 0.</figcaption>
<div class="wide">${wide}</div><div class="narrow">${narrow}</div>
</figure>`,
          position: 'above',
        }
      )
    }
    case 'latency':
      return panelFigure(
        latencyPanels(comparison),
        'Reads by quantile, in ms on a logarithmic scale, the same in all panels. Thick: the median of the runs; thin: each run; faint: the other strategies.',
      )
    case 'staleness':
      return panelFigure(
        stalenessPanels(comparison),
        'Share of writes still read stale after each time, on a square-root scale, the same in all panels. Thick: all runs; thin: each run; faint: the other strategies.',
      )
    case 'hits':
      return dotsFigure(runDots(comparison, 'hitRatio'), ' The scale does not start at 0.')
    case 'loads':
      return dotsFigure(runDots(comparison, 'loadsPerSecond'), ' The scale is logarithmic unless a value is 0.')
    default:
      return undefined
  }
}

function panelFigure(panels: readonly Panel[], caption: string) {
  if (panels.length === 0) return undefined
  const part = html`<figure><figcaption>${caption}</figcaption>
<div class="panels">${panels.map(({ strategy, chart }) => html`<div class="panel"><h3>${strategy}</h3>${chart}</div>`)}</div></figure>`
  return { part, position: 'above' } as const
}

function dotsFigure(chart: Html | undefined, note: string) {
  if (!chart) return undefined
  const part = html`<figure class="whole"><figcaption>A mark for each run, a stroke for the median.${note}</figcaption>${chart}</figure>`
  return { part, position: 'beside' } as const
}

function blockOf(block: Block, strategies: ReadonlySet<string>): Html {
  switch (block.kind) {
    case 'answers':
      return html`<div class="answers">${block.answers.map((answer) => answerOf(answer, strategies))}</div>`
    case 'text':
      return html`<p>${block.text}</p>`
    case 'alarm':
    case 'good':
      return html`<p class="${block.kind}">${MARK_SIGNS[block.kind]} ${block.text}</p>`
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`
    case 'table':
      return tableOf(block.table, strategies)
    case 'lines':
      return html`<p>${block.caption}</p><pre>${block.lines.join('\n')}</pre>`
  }
}

function answerOf(
  { need, meaning, use, effect, figures, others, equals }: Answer,
  strategies: ReadonlySet<string>,
): Html {
  return html`<article class="answer"><h3>${need} <small>${meaning}</small></h3>
<p class="use">${swatchOf(use, strategies)}${use}</p>
${paragraph('effect', effect)}
<p>${figures.map((figure, at) => html`${at === 0 ? '' : ' · '}<span class="figure">${figure}</span>`)}</p>
${paragraph('others', others && `Not: ${others}.`)}
${paragraph('others', equals)}</article>
`
}

function paragraph(name: string, text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="${name}">${text}</p>`
}

/** In its own box that scrolls, also by keyboard, so that the page never scrolls sideways. */
function tableOf({ caption, of, head, rows }: Table, strategies: ReadonlySet<string>): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${of}">
<caption>${caption}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) => html`<tr>${nameOf(name, strategies)}${cells.map(cellOf)}</tr>
`,
  )}</tbody>
</table></div>`
}

function nameOf(cell: Cell | undefined, strategies: ReadonlySet<string>): Html {
  const name = cell?.text ?? ''
  return html`<th scope="row">${swatchOf(name, strategies)}${name}</th>`
}

function swatchOf(name: string, strategies: ReadonlySet<string>): Html | undefined {
  if (!strategies.has(name)) return undefined
  return html`<span class="swatch" style="background:${lookOf(name).colour}"></span>`
}

function cellOf({ text, detail, mark }: Cell): Html {
  const sign =
    mark &&
    html`<span aria-hidden="true">${MARK_SIGNS[mark]} </span><span class="visually-hidden">${SPOKEN[mark]} </span>`
  return html`<td${mark ? html` class="${mark}"` : undefined}>${sign}${text}${detail === undefined ? undefined : html`<small>${detail}</small>`}</td>`
}

const SPOKEN = { best: 'best:', equal: 'no difference from the best:', alarm: 'alarm:', good: 'good:' } as const
