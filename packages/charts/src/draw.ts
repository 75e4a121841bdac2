import * as Plot from '@observablehq/plot'

export type Chart = (SVGSVGElement | HTMLElement) & Plot.Plot

export const SVG = 'http://www.w3.org/2000/svg'

/** The text size of a chart, in pixels. */
const FONT_SIZE = 11

export interface PlotOptions extends Omit<Plot.PlotOptions, 'className' | 'document' | 'style'> {
  /** In pixels. Default 11. */
  readonly fontSize?: number
}

/**
 * A chart by Observable Plot with an accessible name. It has no style of its own, so that a page's Content-Security-Policy needs
 * to allow none: charts.css has the rules, and `standalone` adds them to a file.
 */
export function plot(document: Document, name: string, { fontSize = FONT_SIZE, ...options }: PlotOptions): Chart {
  const chart = Plot.plot({ ...options, document, className: 'plot' })
  for (const style of chart.querySelectorAll('style')) style.remove()
  // The chart is one image with one name: its parts have none.
  for (const part of chart.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label')
  chart.setAttribute('font-size', String(fontSize))
  chart.setAttribute('role', 'img')
  chart.setAttribute('aria-label', name)
  return chart
}

/** The chart as SVG text. Tenths of a pixel are enough, and cut the size to a third. */
export function markup(chart: Chart): string {
  return chart.outerHTML.replaceAll(/ (?:d|transform|[xy][12]?|c[xy])="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
  )
}
