/** Formats figures, the same in the terminal, in Markdown and in HTML. */
import { type MeasureName, measures } from '../measures.ts'
import type { Spread } from '../spread.ts'

/** Stands for an unknown figure. */
export const UNKNOWN = '–'

export interface FormattedSpread {
  readonly median: string
  /** Minimum and maximum, in brackets. Absent if all runs show the same figure. */
  readonly range?: string
}

/** Median and range of a measure, with as many digits in the range as in the median. Ratios in percent. */
export function formatSpread(measure: MeasureName, spread: Spread | undefined): FormattedSpread {
  if (!spread) return { median: UNKNOWN }
  const isRatio = measures[measure].unit === 'ratio'
  const factor = isRatio ? 100 : 1
  const [median, min, max] = [spread.median * factor, spread.min * factor, spread.max * factor] as const
  const telling = isTelling(median, isRatio) ? median : isTelling(max, isRatio) ? max : min
  const digits = isRatio ? percentDigits(telling) : significantDigits(telling)
  const write = (value: number) => formatNumber(value, value === 0 || (isRatio && value === 100) ? 0 : digits)
  const unit = isRatio && median !== 0 ? ' %' : ''
  const [low, high] = [write(min), write(max)]
  const text = `${write(median)}${unit}`
  return low === high ? { median: text } : { median: text, range: `[${low}–${high}]` }
}

/** One value of a measure. */
export function formatFigure(measure: MeasureName, value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  return formatSpread(measure, { median: value, min: value, max: value, values: [value] }).median
}

/** A share from 0 to 1, in percent. */
export function formatShare(share: number): string {
  return formatFigure('hitRatio', share)
}

/** A configured share, without trailing zeros: `5 %`, `0.5 %`. */
export function formatWholeShare(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`
}

export function formatCount(count: number): string {
  return formatNumber(count, 0)
}

export function formatMs(ms: number): string {
  return ms >= 1_000
    ? `${formatNumber(ms / 1_000, Number.isInteger(ms / 1_000) ? 0 : 1)} s`
    : `${formatNumber(ms, 0)} ms`
}

function formatNumber(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Whether a value shows how many digits are needed: not 0, and not 100 %. */
function isTelling(value: number, isRatio: boolean): boolean {
  return value !== 0 && !(isRatio && value === 100)
}

/** Three significant digits. */
function significantDigits(value: number): number {
  if (Number.isInteger(value)) return 0
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return Math.min(6, Math.max(0, 2 - magnitude))
}

/** One decimal; more if a share is close to 0 or 100 %. */
function percentDigits(percent: number): number {
  const distance = Math.min(Math.abs(percent), Math.abs(100 - percent))
  return distance >= 1 || distance === 0 ? 1 : Math.min(5, 1 - Math.floor(Math.log10(distance)))
}
