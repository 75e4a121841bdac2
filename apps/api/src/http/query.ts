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
  const id = ID.test(text) ? Number(text) : Number.NaN
  if (id <= Number.MAX_SAFE_INTEGER) return id
  throw badRequest('bad-id', `${shown(text)} is not an id; ids are whole numbers from 1 to ${Number.MAX_SAFE_INTEGER}`)
}

function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name)
}
