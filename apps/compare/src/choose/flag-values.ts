/** Parsers for flag values. Each throws an Error that names the flag, its value and the allowed values. */

export function wholeNumber(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) throw wrong(flag, text, `a whole number from ${min} to ${max}`)
  return value
}

export function decimal(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text)
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || value < min || value > max)
    throw wrong(flag, text, `a number from ${min} to ${max}`)
  return value
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** In ms. */
export function time(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const ms = text === '0' ? 0 : Math.round(Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN))
  if (!(ms >= min && ms <= max)) {
    throw wrong(flag, text, `a time with its unit (250ms, 5s, 2m) from ${min} ms to ${max / 1_000} s`)
  }
  return ms
}

/** Names separated by commas, each at most once. */
export function names(flag: string, text: string, known: readonly string[]): string[] {
  const given = text.split(',').map((name) => name.trim())
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw wrong(flag, unknown.join(','), `names out of ${known.join(', ')}, separated by commas`)
  if (new Set(given).size < given.length) throw wrong(flag, text, 'each name once')
  return given
}

function wrong(flag: string, value: string, allowed: string): Error {
  return new Error(`${flag} is "${value}"; give ${allowed}`)
}
