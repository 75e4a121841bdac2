import { type Chart, markup, SVG } from './draw.ts'
import { HUES } from './look.ts'

/** A chart as a separate SVG file that follows the reader's light or dark setting, for a README or a slide. */
export function standalone(chart: Chart): string {
  const file = chart.cloneNode(true) as Chart
  file.setAttribute('xmlns', SVG)
  const style = chart.ownerDocument.createElementNS(SVG, 'style')
  style.textContent = STYLE
  file.prepend(style)
  return `${markup(file)}\n`
}

/** Not `light-dark()` as on the pages: some viewers of SVG files don't know it. Print always uses light mode. */
const MODES = [
  { paper: '#fff', text: '#1d1f23' },
  { paper: '#15171a', text: '#e8e8e8' },
] as const

const variables = (at: 0 | 1) => {
  const { paper, text } = MODES[at]
  const hues = Object.entries(HUES).map(([name, shades]) => `--hue-${name}:${shades[at]}`)
  return `:root{${hues.join(';')};--paper:${paper};--text:${text};color:${text}}`
}

const STYLE =
  `${variables(0)}@media screen and (prefers-color-scheme:dark){${variables(1)}}` +
  'svg{background:var(--paper);font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow:visible}' +
  'text{white-space:pre}' +
  '.halo{fill:var(--text);stroke:var(--paper);stroke-width:3px;stroke-linejoin:round;paint-order:stroke}'
