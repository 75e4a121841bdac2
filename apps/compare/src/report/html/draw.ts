import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html, html } from './template.ts'

/** Charts are drawn into this document, since there is no browser. */
export const { document } = parseHTML('<!doctype html><html><body></body></html>')

export type Chart = ReturnType<typeof Plot.plot>

/** A chart by Observable Plot, in the page's colours. */
export function plot(options: Plot.PlotOptions): Chart {
  return Plot.plot({ document, className: 'plot', style: { background: 'none' }, ...options })
}

/** The chart as one picture in the page, with an accessible name. */
export function drawn(chart: Chart, name: string): Html {
  // Every chart has the same rules: the page's style has them once.
  for (const style of chart.querySelectorAll('style')) style.remove()
  const svg = roundPlaces(chart.outerHTML).replace(/^<svg/, '')
  return html`<svg role="img" aria-label="${name}"${new Html(svg)}`
}

/** Tenths of a pixel are enough, and cut the size to a third. */
function roundPlaces(svg: string): string {
  return svg.replaceAll(/ (?:d|transform|[xy][12]?|c[xy])="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
  )
}
