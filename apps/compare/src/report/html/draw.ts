import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html, html } from './template.ts'

/** Where charts are drawn: a document of our own, as there is no browser. */
export const { document } = parseHTML('<!doctype html><html><body></body></html>')

export type Chart = ReturnType<typeof Plot.plot>

/** A chart by Observable Plot. Its colours are the page's. */
export function plot(options: Plot.PlotOptions): Chart {
  return Plot.plot({ document, className: 'plot', style: { background: 'none' }, ...options })
}

/** The chart as it goes into the page: one picture, with a name for those who do not see it. */
export function drawn(chart: Chart, name: string): Html {
  // The same rules in each chart: they are in the page's style once.
  for (const style of chart.querySelectorAll('style')) style.remove()
  const svg = roundPlaces(chart.outerHTML).replace(/^<svg/, '')
  return html`<svg role="img" aria-label="${name}"${new Html(svg)}`
}

/** Tenths of a pixel are enough, and a third of the size. */
function roundPlaces(svg: string): string {
  return svg.replaceAll(/ (?:d|transform|[xy][12]?|c[xy])="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
  )
}
