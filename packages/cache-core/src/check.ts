/** Argument checks. They throw an error that names the argument, before the call has any effect. */
import { CacheError } from './errors.ts'
import { shown } from './shown.ts'

/** The longest delay of a timer, in milliseconds: 24.8 days. A longer one fires immediately. */
export const MAX_TIMER_MS = 2_147_483_647
/** The longest TTL, in milliseconds: 10 years. Not meant for timers. */
export const MAX_TTL_MS = 315_360_000_000

/** @throws CacheError `BAD_OPTION`, with the option, the value and the allowed range */
export function checkNumber(name: string, value: unknown, { min, max }: { min: number; max: number }): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw badOption(name, value, `give a number from ${min} to ${max}`)
}

/**
 * The same for a whole number.
 *
 * @param min default 1
 * @throws CacheError `BAD_OPTION`
 */
export function checkCount(name: string, value: unknown, min = 1): number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number
  throw badOption(name, value, `give a whole number of at least ${min}`)
}

/** @throws CacheError `BAD_OPTION` */
export function checkFunction(name: string, value: unknown, remedy = 'give a function'): void {
  if (typeof value !== 'function') throw badOption(name, value, remedy)
}

/** An object's option names. A record, so that the compiler reports a missing one. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>

/**
 * Checks that options are an object without unknown names.
 *
 * @param what the owner of the options, for the message
 * @throws CacheError `BAD_OPTION`
 */
export function checkOptions(what: string, given: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw noOptions(what, given, known)
  for (const name in given) if (known[name] !== true) throw unknownOption(what, name, known)
}

function noOptions(what: string, given: unknown, known: Readonly<Record<string, true>>): CacheError {
  const remedy = `give an object with ${Object.keys(known).join(', ')}`
  return new CacheError('BAD_OPTION', `the argument of ${what} is ${withoutText(given)}; ${remedy}`)
}

/** Suggests the options that the caller may have meant. */
function unknownOption(what: string, name: string, known: Readonly<Record<string, true>>): CacheError {
  const names = Object.keys(known)
  const near = names.filter((each) => areNear(each.toLowerCase(), name.toLowerCase()))
  const remedy = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${names.join(', ')}`
  return new CacheError('BAD_OPTION', `${what} has no option ${JSON.stringify(name.slice(0, 80))}; ${remedy}`)
}

/**
 * Checks that an object has the methods it needs.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkMethods<T>(name: string, value: T, methods: readonly (keyof T & string)[], remedy: string): void {
  const lacking = methods.find((method) => typeof value?.[method] !== 'function')
  if (lacking === undefined) return
  const has = typeof value === 'object' && value !== null ? `, without the method ${lacking}` : ''
  throw new CacheError('BAD_OPTION', `${name} is ${withoutText(value)}${has}; ${remedy}`)
}

/**
 * Checks a key or tag. All lone surrogates are encoded as the same bytes, so two such keys would collide.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkText(name: string, text: unknown): void {
  if (!isText(text)) throw badText(name, text)
}

export function isText(text: unknown): text is string {
  return typeof text === 'string' && text.isWellFormed()
}

/**
 * Checks a list of keys or tags.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkNames(name: string, names: unknown): asserts names is readonly string[] {
  if (!Array.isArray(names)) throw badOption(name, names, 'give an array of strings')
  for (let i = 0; i < names.length; i++) if (!isText(names[i])) throw badText(`${name}[${i}]`, names[i])
}

/** The error for a key or tag that `isText` refuses. */
export function badText(name: string, text: unknown): CacheError {
  if (typeof text !== 'string') return badOption(name, text, 'give a string')
  return new CacheError(
    'BAD_OPTION',
    `${name} is ${JSON.stringify(text)}, with half a surrogate pair; give well-formed text`,
  )
}

export function badOption(name: string, value: unknown, remedy: string): CacheError {
  return new CacheError('BAD_OPTION', `${name} is ${shown(value)}; ${remedy}`)
}

/** Hides text: given in place of an object, it may be a connection string with a password. */
function withoutText(value: unknown): string {
  return typeof value === 'string' ? 'a string' : shown(value)
}

/** Whether one contains the other, or at most two letters differ. */
function areNear(a: string, b: string): boolean {
  return a.includes(b) || b.includes(a) || lettersBetween(a, b) <= 2
}

/** Levenshtein distance. */
function lettersBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const above = row
    row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1))
    }
  }
  return row[b.length]!
}
