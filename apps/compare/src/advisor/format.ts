/** Figures in sentences: `12.3 ms [11.8–12.9]`. */
import type { MeasureName } from '../measures.ts'
import { measures } from '../measures.ts'
import { formatSpread } from '../report/format.ts'
import type { Spread } from '../spread.ts'

const UNITS: Readonly<Record<string, string>> = { ms: ' ms', '1/s': '/s' }

export function formatMeasured(measure: MeasureName, spread: Spread | undefined): string {
  const { median, range } = formatSpread(measure, spread)
  const unit = spread ? (UNITS[measures[measure].unit] ?? '') : ''
  return `${median}${unit}${range ? ` ${range}` : ''}`
}

/** An exact time: `1 s`, `1500 ms`. */
export function formatTime(ms: number): string {
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`
}
