/** Loads per expiry against beta: theory's curve, and the simulated strategy with and without a lease. */
import * as Plot from '@observablehq/plot'
import { lookOf, plot, standalone } from 'charts'
import { nodeDocument } from '../src/report/node-document.ts'
import type { ExpiryRow, ExpiryRun } from '../src/simulation/expiry-cases.ts'
import { xfetchLoads } from '../src/theory/loads-per-expiry.ts'

const FROM = 0.35
const TO = 2.75
const STEPS = 80
const TICKS = [1, 2, 5, 10, 20, 50, 100]
const xfetch = lookOf('xfetch')
const naive = lookOf('cache-aside')

/** An SVG file that follows the reader's light or dark setting. */
export function expiryPicture({ rows, setting }: ExpiryRun): string {
  const early = rows.filter(({ strategy }) => strategy === 'xfetch')
  const without = early.filter(({ lease }) => !lease)
  const withLease = early.filter(({ lease }) => lease)
  const herd = rows.filter(({ strategy, lease }) => strategy === 'cache-aside' && !lease)
  const curve = Array.from({ length: STEPS + 1 }, (_, step) => FROM + ((TO - FROM) * step) / STEPS)
  const at = { x: (row: ExpiryRow) => row.beta, y: loadsOf }
  const label = { textAnchor: 'start', dx: 10, className: 'halo' } as const
  const figures = early.map(
    (row) => `beta ${row.beta} ${row.lease ? 'with' : 'without'} a lease ${loadsOf(row).toFixed(2)}`,
  )
  const name =
    `Loads per expiry against beta, ${setting.expiries} expiries each, beside e to the power of 1/beta: ` +
    `${figures.join(', ')}. Cache-aside without a lease: ${herd.map((row) => loadsOf(row).toFixed(1)).join()}.`
  const chart = plot(nodeDocument, name, {
    width: 900,
    height: 400,
    marginLeft: 44,
    marginRight: 12,
    marginTop: 28,
    marginBottom: 40,
    x: { domain: [FROM, TO], label: 'beta →', grid: true, tickFormat: String },
    y: {
      type: 'log',
      domain: [0.8, 200],
      label: '↑ loads per expiry',
    },
    marks: [
      Plot.gridY(TICKS),
      Plot.axisY(TICKS, { text: (tick: number) => String(tick) }),
      Plot.ruleY(herd, { y: loadsOf, stroke: naive.colour, strokeWidth: 1.5, strokeDasharray: '5 3' }),
      Plot.text(herd, {
        x: FROM,
        y: loadsOf,
        text: (row: ExpiryRow) =>
          `cache-aside without a lease: ${loadsOf(row).toFixed(1)}; theory 1 + λδ = ${row.theory.toFixed(0)}`,
        ...label,
        dy: -10,
      }),
      Plot.line(curve, { x: (beta: number) => beta, y: xfetchLoads, stroke: xfetch.colour, strokeDasharray: '3 3' }),
      Plot.dot(without, {
        ...at,
        symbol: xfetch.symbol,
        r: 5,
        stroke: xfetch.colour,
        strokeWidth: 2,
        fill: 'var(--paper)',
      }),
      Plot.text(without, {
        ...at,
        text: (row: ExpiryRow) => `xfetch without a lease: ${loadsOf(row).toFixed(2)}; theory ${row.theory.toFixed(2)}`,
        ...label,
        dy: -10,
      }),
      Plot.dot(withLease, {
        ...at,
        symbol: xfetch.symbol,
        r: 5,
        stroke: xfetch.colour,
        strokeWidth: 2,
        fill: xfetch.colour,
      }),
      Plot.text(withLease, {
        ...at,
        text: (row: ExpiryRow) => `with a lease: ${loadsOf(row).toFixed(2)}`,
        ...label,
        dy: 10,
      }),
    ],
  })
  return standalone(chart)
}

function loadsOf({ simulated }: ExpiryRow): number {
  return simulated.loadsPerExpiry
}
