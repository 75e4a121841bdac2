/** Figures as text, with units. NaN and null are a dash: nothing was measured. */

const NONE = '–'
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
/** Between a number and its unit. */
const GAP = '\u00a0'

const isMissing = (value: number | null | undefined): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value)

export function count(value: number | null | undefined): string {
  return isMissing(value) ? NONE : whole.format(value)
}

/** A duration in ms as `0.73 ms`, `27 ms`, `5.7 s` or `75 s`. */
export function duration(ms: number | null | undefined): string {
  if (isMissing(ms)) return NONE
  return ms < 999.5 ? `${milliseconds(ms)}${GAP}ms` : `${short(ms / 1_000)}${GAP}s`
}

/** The same without a unit, for columns whose head has it. */
export function milliseconds(ms: number | null | undefined): string {
  if (isMissing(ms)) return NONE
  if (ms < 9.995) return ms < 0.995 ? ms.toFixed(2) : ms.toFixed(1)
  return whole.format(ms)
}

export function percent(ratio: number | null | undefined): string {
  return isMissing(ratio) ? NONE : `${(ratio * 100).toFixed(1)}${GAP}%`
}

export function perSecond(rate: number | null | undefined): string {
  return isMissing(rate) ? NONE : `${short(rate)}/s`
}

/** A factor as `28` or `1.4`. */
export function short(value: number): string {
  return value !== 0 && value < 9.95 ? value.toFixed(1) : whole.format(value)
}

/** The time of day with seconds. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB')
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
