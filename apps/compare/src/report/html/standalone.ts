import { hueStyle } from './look.ts'
import type { Html } from './template.ts'

/** A chart as a separate SVG file that follows the reader's light or dark setting, for a README or a slide. */
export function standalone(chart: Html): string {
  const style = `<style>${hueStyle().source}${STYLE}</style>`
  const svg = chart.source
    .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/^(<svg[^>]*>)/, `$1${style}`)
  return `${svg}\n`
}

const STYLE =
  ':root{--paper:#fff;--text:#1d1f23;color:#1d1f23}' +
  '@media screen and (prefers-color-scheme:dark){:root{--paper:#15171a;--text:#e8e8e8;color:#e8e8e8}}' +
  'svg{background:var(--paper);font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}' +
  '.halo{fill:var(--text);stroke:var(--paper);stroke-width:3px;stroke-linejoin:round;paint-order:stroke}'
