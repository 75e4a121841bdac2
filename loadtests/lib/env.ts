// Its own parsers, since k6 can't import `command-line`: an npm package is behind it.

/** The variables from `-e NAME=value`, and the environment of k6. */
export type Env = Record<string, string | undefined>

/** A user gave a wrong value; the message is one line for the user. */
export class OptionError extends Error {}

/** An empty value counts as not given: compose files pass `NAME=` for variables that are not set. */
function given(env: Env, name: string): string | undefined {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

function wrong(name: string, text: string, allowed: string): OptionError {
  return new OptionError(`${name} is "${text}"; it must be ${allowed}`)
}

export function textFrom(env: Env, name: string, fallback: string): string {
  return given(env, name) ?? fallback
}

/** One of the allowed words; null when not given. */
export function choiceFrom<T extends string>(env: Env, name: string, allowed: readonly T[]): T | null {
  const text = given(env, name)
  if (text === undefined) return null
  const found = allowed.find((word) => word === text)
  if (found === undefined) throw wrong(name, text, `one of ${allowed.join(', ')}`)
  return found
}

interface NumberRule {
  fallback: number
  min: number
  max: number
}

export function integerFrom(env: Env, name: string, { fallback, min, max }: NumberRule): number {
  const text = given(env, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw wrong(name, text, `a whole number from ${min} to ${max}`)
  }
  return value
}

export function decimalFrom(env: Env, name: string, { fallback, min, max }: NumberRule): number {
  const text = given(env, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || value < min || value > max) {
    throw wrong(name, text, `a number from ${min} to ${max}`)
  }
  return value
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const

/** A time with its unit, as in k6: `500ms`, `15s`, `1.5m`. Returns milliseconds. */
export function durationMsFrom(env: Env, name: string, { fallback, min, max }: NumberRule): number {
  const text = given(env, name)
  if (text === undefined) return fallback
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  const ms = parts ? Math.round(Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS]) : Number.NaN
  if (!(ms >= min && ms <= max)) {
    throw wrong(name, text, `a time with its unit (500ms, 15s, 1m) from ${min}ms to ${max / 1000}s`)
  }
  return ms
}

/** An address without a trailing slash. */
export function baseUrlFrom(env: Env, name: string, fallback: string): string {
  const text = given(env, name) ?? fallback
  if (!/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(text)) {
    throw wrong(name, text, 'an address like http://127.0.0.1:3000')
  }
  return text.replace(/\/+$/, '')
}

/** A comma-separated list of addresses. */
export function baseUrlsFrom(env: Env, name: string, fallback: string): string[] {
  return (given(env, name) ?? fallback).split(',').map((part) => baseUrlFrom({ [name]: part }, name, ''))
}

/** A comma-separated list of distinct strategies. Only the API knows the peers (`peer:…`). */
export function strategiesFrom(
  env: Env,
  name: string,
  known: readonly string[],
  fallback: readonly string[] = known,
): string[] {
  const text = given(env, name)
  if (text === undefined) return [...fallback]
  const names = text.split(',').map((part) => part.trim())
  const unknown = names.filter((part) => !known.includes(part) && !/^peer:[a-z0-9-]+$/.test(part))
  if (unknown.length > 0) throw wrong(name, unknown.join(','), `a comma-separated list of ${known.join(', ')}`)
  const repeated = names.filter((part, at) => names.indexOf(part) !== at)
  if (repeated.length > 0) throw wrong(name, repeated.join(','), 'listed only once')
  return names
}

/** k6 prints a thrown string unchanged, but an Error with the path and line of our code: users get the string. */
export function explained<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof OptionError ? error.message : error
  }
}
