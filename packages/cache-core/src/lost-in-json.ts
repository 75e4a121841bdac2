import { shown } from './shown.ts'

/** A deeper value is most likely a cycle. */
const MAX_DEPTH = 1_000
const MAX_PATH = 200

/**
 * The first part of a value that JSON would lose, with its path: `items[3].createdAt is a Date`. `undefined`: JSON keeps all.
 *
 * Walks through the value once, without allocations: the path is built on the way back, if something was found.
 */
export function lostInJson(value: unknown): string | undefined {
  const lost = lostIn(value, 0)
  if (lost === undefined) return undefined
  const path = lost.path.startsWith('.') ? lost.path.slice(1) : lost.path
  return `${path === '' ? 'the value' : cut(path)} is ${lost.what}`
}

interface Lost {
  path: string
  readonly what: string
}

function lostIn(value: unknown, depth: number): Lost | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? undefined : asIs(value)
    case 'object':
      if (value === null) return undefined
      if (depth > MAX_DEPTH) return { path: '', what: `cyclic, or nested more than ${MAX_DEPTH} levels deep` }
      return Array.isArray(value) ? lostInArray(value, depth) : lostInObject(value, depth)
    default:
      return asIs(value)
  }
}

function lostInArray(array: readonly unknown[], depth: number): Lost | undefined {
  const prototype = Object.getPrototypeOf(array)
  if (prototype !== Array.prototype && isOfClass(prototype, 2)) return asIs(array)
  for (let i = 0; i < array.length; i++) {
    const lost = lostIn(array[i], depth + 1)
    if (lost === undefined) continue
    lost.path = `[${i}]${lost.path}`
    return lost
  }
  return undefined
}

function lostInObject(object: object, depth: number): Lost | undefined {
  const prototype = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && isOfClass(prototype, 1)) return asIs(object)
  for (const name in object) {
    const property = (object as Record<string, unknown>)[name]
    // This saves the call for the most frequent types. JSON drops an undefined property, which then reads as undefined.
    if (typeof property === 'string' || property === undefined) continue
    const lost = lostIn(property, depth + 1)
    if (lost === undefined) continue
    lost.path = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)
      ? `.${name}${lost.path}`
      : `[${JSON.stringify(name)}]${lost.path}`
    return lost
  }
  return undefined
}

/**
 * Whether a prototype belongs to a class. Plain objects or arrays of another realm, such as a test runner's context,
 * have other prototypes, but their chains have the same length.
 */
function isOfClass(prototype: object | null, plainChain: number): boolean {
  let length = 0
  for (let each = prototype; each !== null; each = Object.getPrototypeOf(each)) length++
  return length !== 0 && length !== plainChain
}

function asIs(value: unknown): Lost {
  return { path: '', what: shown(value) }
}

function cut(path: string): string {
  return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path
}
