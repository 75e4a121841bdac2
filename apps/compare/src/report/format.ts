/** Figures for people: the same text in the terminal, in Markdown and in HTML. */
import { type MeasureName, measures } from '../measures.ts'
import type { Spread } from '../spread.ts'

/** For what is not known. */
export const UNKNOWN = '–'

export interface FormattedSpread {
  readonly median: string
  /** The least and the greatest, in brackets. Absent when all runs read the same. */
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

/** One value of a measure, alone. */
export function formatFigure(measure: MeasureName, value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  return formatSpread(measure, { median: value, min: value, max: value, values: [value] }).median
}

/** A share of 1, in percent. */
export function formatShare(share: number): string {
  return formatFigure('hitRatio', share)
}

/** A share as it was set, without digits that say nothing: `5 %`, `0.5 %`. */
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

/** 0, and 100 of a ratio, say nothing of how many digits the others deserve. */
function isTelling(value: number, isRatio: boolean): boolean {
  return value !== 0 && !(isRatio && value === 100)
}

/** Three significant digits. */
function significantDigits(value: number): number {
  if (Number.isInteger(value)) return 0
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return Math.min(6, Math.max(0, 2 - magnitude))
}

/** One decimal; more where a share is close to nothing or to all. */
function percentDigits(percent: number): number {
  const distance = Math.min(Math.abs(percent), Math.abs(100 - percent))
  return distance >= 1 || distance === 0 ? 1 : Math.min(5, 1 - Math.floor(Math.log10(distance)))
}
