import { type Chart, markup, swatchClass } from 'charts'
import { RUNS_TO_CLAIM } from '../../spread.ts'
import { type Answer, type Block, type Cell, MARK_SIGNS, type Section, type Table } from '../content/content.ts'
import { reportContent } from '../content/report-content.ts'
import type { Reported } from '../reported.ts'
import { latencyPanels, type Panel, paretoMap, runDots, stalenessPanels } from './report-charts.ts'
import { Html, html } from './template.ts'

/** What the parts of a page are rendered from. */
interface Source {
  readonly document: Document
  readonly comparison: Reported['comparison']
  readonly strategies: ReadonlySet<string>
}

export interface RenderedReport {
  readonly title: string
  /** The heading, a list of the sections, and the sections. It has no inline style, and no script. */
  readonly body: Html
}

/** The report as HTML. @param document for drawing the charts: nothing is added to it */
export function renderReport({ comparison, deviations, advice }: Reported, document: Document): RenderedReport {
  const { title, sections } = reportContent(comparison, deviations, advice)
  const source = { document, comparison, strategies: new Set(comparison.strategies.map(({ name }) => name)) }
  const links = sections.map(({ id, title }, at) => html`${at === 0 ? '' : ' · '}<a href="#${id}">${title}</a>`)
  const body = html`<h1>${title}</h1>
<details class="contents"><summary>Contents</summary><nav aria-label="Sections">${links}</nav></details>
${sections.map((section) => sectionOf(section, source))}`
  return { title, body }
}

function sectionOf({ id, title, blocks }: Section, source: Source): Html {
  const parts = blocks.map((block) => ({ kind: block.kind, part: blockOf(block, source) }))
  const figure = figureOf(id, source)
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
  { document, comparison }: Source,
): { readonly part: Html; readonly position: 'above' | 'beside' } | undefined {
  switch (id) {
    case 'pareto': {
      const wide = paretoMap(document, comparison, { width: 900, height: 520 })
      const narrow = paretoMap(document, comparison, { width: 356, height: 560 })
      return (
        wide &&
        narrow && {
          part: html`<figure class="whole">
<figcaption>Further left and down is better. Bold: the best by its median, named from ${RUNS_TO_CLAIM} counted runs on; alike: ranges overlap, or medians differ by less than 10 %, which is the advisor's rule and not that of the tables. Filled: never seen stale; hollow: seen stale. Thin lines: minimum to maximum of the runs.
Solid line: the front of strategies never seen stale; dashed: the front of all strategies that keep their guarantee. Strategies above and to the right of a line are beaten. A scale is logarithmic unless a value is 0.</figcaption>
<div class="wide">${svg(wide)}</div><div class="narrow">${svg(narrow)}</div>
</figure>`,
          position: 'above',
        }
      )
    }
    case 'latency':
      return panelFigure(
        latencyPanels(document, comparison),
        'Reads by quantile, in ms on a logarithmic scale, the same in all panels. Thick: the median of the runs; thin: each run; faint: the other strategies.',
      )
    case 'staleness':
      return panelFigure(
        stalenessPanels(document, comparison),
        'Share of writes still read stale after each time, on a square-root scale, the same in all panels. Thick: all runs; thin: each run; faint: the other strategies.',
      )
    case 'hits':
      return dotsFigure(runDots(document, comparison, 'hitRatio'), ' The scale does not start at 0.')
    case 'loads':
      return dotsFigure(
        runDots(document, comparison, 'loadsPerSecond'),
        ' The scale is logarithmic unless a value is 0.',
      )
    default:
      return undefined
  }
}

function panelFigure(panels: readonly Panel[], caption: string) {
  if (panels.length === 0) return undefined
  const part = html`<figure><figcaption>${caption}</figcaption>
<div class="panels">${panels.map(({ strategy, chart }) => html`<div class="panel"><h3>${strategy}</h3>${svg(chart)}</div>`)}</div></figure>`
  return { part, position: 'above' } as const
}

function dotsFigure(chart: Chart | undefined, note: string) {
  if (!chart) return undefined
  const part = html`<figure class="whole"><figcaption>A mark for each run, a stroke for the median.${note}</figcaption>${svg(chart)}</figure>`
  return { part, position: 'beside' } as const
}

function svg(chart: Chart): Html {
  return new Html(markup(chart))
}

function blockOf(block: Block, source: Source): Html {
  switch (block.kind) {
    case 'answers':
      return html`<div class="answers">${block.answers.map((answer) => answerOf(answer, source))}</div>`
    case 'text':
      return html`<p>${block.text}</p>`
    case 'alarm':
    case 'good':
      return html`<p class="${block.kind}">${MARK_SIGNS[block.kind]} ${block.text}</p>`
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`
    case 'table':
      return tableOf(block.table, source)
    case 'lines':
      return html`<p>${block.caption}</p><pre tabindex="0">${block.lines.join('\n')}</pre>`
  }
}

function answerOf({ need, meaning, use, effect, figures, others, equals }: Answer, source: Source): Html {
  return html`<article class="answer"><h3>${need} <small>${meaning}</small></h3>
<p class="use">${swatchOf(use, source)}${use}</p>
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
function tableOf({ caption, of, head, rows }: Table, source: Source): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${of}">
<caption>${caption}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) => html`<tr>${nameOf(name, source)}${cells.map(cellOf)}</tr>
`,
  )}</tbody>
</table></div>`
}

function nameOf(cell: Cell | undefined, source: Source): Html {
  const name = cell?.text ?? ''
  return html`<th scope="row">${swatchOf(name, source)}${name}</th>`
}

function swatchOf(name: string, { strategies }: Source): Html | undefined {
  if (!strategies.has(name)) return undefined
  return html`<span class="${swatchClass(name)}"></span>`
}

function cellOf({ text, detail, mark, value }: Cell): Html {
  const sign =
    mark &&
    html`<span aria-hidden="true">${MARK_SIGNS[mark]} </span><span class="visually-hidden">${SPOKEN[mark]} </span>`
  return html`<td${mark ? html` class="${mark}"` : undefined}${value === undefined ? undefined : html` data-value="${value}"`}>${sign}${text}${detail === undefined ? undefined : html`<small>${detail}</small>`}</td>`
}

const SPOKEN = { best: 'best:', equal: 'no difference from the best:', alarm: 'alarm:', good: 'good:' } as const
