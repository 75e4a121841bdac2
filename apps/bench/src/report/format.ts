import type { Spread } from './compared.ts'

/** Three digits. */
export function number(value: number | undefined): string {
  if (value === undefined) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

export function withQuartiles(spread: Spread | undefined): string {
  if (spread === undefined) return '–'
  const [median, q1, q3] = [spread.median, spread.q1, spread.q3].map((value) => value.toFixed(value < 100 ? 2 : 0))
  return `${median} [${q1}–${q3}]`
}
