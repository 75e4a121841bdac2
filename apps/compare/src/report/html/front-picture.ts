import type { Comparison } from '../../comparison.ts'
import { frontChart } from './front-chart.ts'
import { hueStyle } from './look.ts'

const SIZE = { width: 900, height: 460 }

/**
 * The picture alone, as an SVG file that follows the reader's light or dark setting: for a README or a slide. Undefined if
 * nothing is known of latency or loads.
 */
export function frontPicture(comparison: Comparison): string | undefined {
  const chart = frontChart(comparison, SIZE)
  if (chart === undefined) return undefined
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
