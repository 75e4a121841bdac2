import { UsageError } from './usage-error.ts'

/**
 * Reads a flag's value as a whole number.
 *
 * @throws UsageError naming the flag, the value and the range; also if the flag is given twice
 */
export function wholeNumber(flag: string, { min, max }: { min: number; max: number }): (text: string) => number {
  let wasGiven = false
  return (text) => {
    if (wasGiven) throw new UsageError(`${flag} was given more than once; give it once`)
    wasGiven = true
    const value = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    const shown = JSON.stringify(text.slice(0, 40))
    throw new UsageError(`${flag} ${shown} is not allowed; give a whole number from ${min} to ${max}`)
  }
}

/** Collects all values of a repeatable flag. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}
