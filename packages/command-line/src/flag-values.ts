/** Parsers for flag values. Each throws a UsageError that names the flag, its value and the allowed values. */
import { UsageError } from './usage-error.ts'

export interface Range {
  readonly min: number
  readonly max: number
}

/** Refuses the flag if it is given twice, too. */
export function wholeNumber(flag: string, { min, max }: Range): (text: string) => number {
  let wasGiven = false
  return (text) => {
    if (wasGiven) throw new UsageError(`${flag} was given more than once; give it once`)
    wasGiven = true
    const value = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw wrongValue(flag, text, `a whole number from ${min} to ${max}`)
  }
}

export function decimal(flag: string, { min, max }: Range): (text: string) => number {
  return (text) => {
    const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw wrongValue(flag, text, `a number from ${min} to ${max}`)
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** In ms. */
export function time(flag: string, { min, max }: Range): (text: string) => number {
  return (text) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
    const ms = text === '0' ? 0 : Math.round(Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN))
    if (ms >= min && ms <= max) return ms
    throw wrongValue(flag, text, `a time with its unit (250ms, 5s, 2m) from ${min} ms to ${max / 1_000} s`)
  }
}

/** Names separated by commas, each at most once. */
export function names<T extends string>(flag: string, known: readonly T[]): (text: string) => T[] {
  return (text) => {
    const given = text.split(',').map((name) => name.trim())
    const unknown = given.filter((name) => !known.some((one) => one === name))
    if (unknown.length > 0) {
      throw wrongValue(flag, unknown.join(','), `names out of ${known.join(', ')}, separated by commas`)
    }
    if (new Set(given).size < given.length) throw wrongValue(flag, text, 'each name once')
    return given as T[]
  }
}

/** Collects all values of a repeatable flag. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

export function wrongValue(flag: string, text: string, allowed: string): UsageError {
  return new UsageError(`${flag} is ${JSON.stringify(text.slice(0, 80))}; give ${allowed}`)
}
