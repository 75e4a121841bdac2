/** Reads query strings and ids strictly, so that a mistyped parameter is not silently ignored. */
import { badRequest, shown } from './problem.ts'
import { unknownName } from './unknown-name.ts'

/** The query string of a URL, with its `?`; `''` without one. */
export function searchOf(url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start)
}

/** @throws Problem 400 for an unknown or repeated parameter */
export function readQuery<const T extends string>(search: string, known: readonly T[]): Partial<Record<T, string>> {
  const found: Partial<Record<T, string>> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    if (!isOneOf(known, name)) {
      const none = `there is no parameter ${shown(name)}; this route takes none`
      throw badRequest('unknown-parameter', known.length === 0 ? none : unknownName('parameter', name, known))
    }
    if (found[name] !== undefined) throw badRequest('repeated-parameter', `${name} is given twice; give it once`)
    found[name] = value
  }
  return found
}

/** @throws Problem 400 */
export function readNumber(
  name: string,
  text: string | undefined,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const number = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw badRequest('bad-parameter', `${name} is ${shown(text)}; give a whole number from ${min} to ${max}`)
}

const ID = /^[1-9]\d{0,15}$/

/** @throws Problem 400 */
export function readId(text: string): number {
  if (isId(text)) return Number(text)
  throw badRequest('bad-id', `${shown(text)} is not an id; ids are whole numbers from 1 to ${Number.MAX_SAFE_INTEGER}`)
}

/** Maximum number of ids in one request. */
export const MAX_IDS = 100

/** A list such as `1,2,3`. A repeated id counts once. @throws Problem 400 */
export function readIds(name: string, text: string): ReadonlySet<number> {
  const ids = text.split(',')
  if (!ids.every(isId)) {
    const remedy = `give 1 to ${MAX_IDS} whole numbers from 1 to ${Number.MAX_SAFE_INTEGER}, separated by commas, as in 1,2,3`
    throw badRequest('bad-parameter', `${name} is ${shown(text)}; ${remedy}`)
  }
  const unique = new Set(ids.map(Number))
  if (unique.size <= MAX_IDS) return unique
  throw badRequest('bad-parameter', `${name} is ${shown(text)}, ${unique.size} ids; give at most ${MAX_IDS}`)
}

function isId(text: string): boolean {
  return ID.test(text) && Number.isSafeInteger(Number(text))
}

function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name)
}
