/** Selects the requests of a trace by key. */
import type { LeftOut } from './trace.ts'
import { TraceError } from './trace-error.ts'

export interface KeyPatterns {
  /** Keeps only keys that one of these patterns matches. Default: all. */
  readonly include?: readonly string[]
  /** Drops keys that one of these patterns matches, even if `include` matches them. */
  readonly exclude?: readonly string[]
}

/**
 * `*` matches any characters, including `/`; all other characters match themselves. The pattern must match the whole key, or the
 * part before its first `?`: so `*.css` matches `/app.css?v=3`.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  const parts = pattern.split('*')
  return (key) => {
    if (matches(parts, key)) return true
    const query = key.indexOf('?')
    return query !== -1 && matches(parts, key.slice(0, query))
  }
}

/** Finds the leftmost place for each part in turn: linear, unlike a regular expression, which would try all combinations. */
function matches(parts: readonly string[], key: string): boolean {
  const first = parts[0]!
  if (parts.length === 1) return key === first
  const last = parts.at(-1)!
  if (!key.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = key.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return key.length - last.length >= at && key.endsWith(last)
}

/** Drops requests by their key, and counts the dropped ones. */
export class KeySelection {
  readonly #include: ReturnType<typeof counted>
  readonly #exclude: ReturnType<typeof counted>
  #byNoInclude = 0

  /** @throws TraceError for an empty pattern, or an empty `include` */
  constructor({ include, exclude = [] }: KeyPatterns) {
    if (include?.length === 0) throw new TraceError('include is empty; give a pattern, or omit it')
    this.#include = counted('include', include ?? [])
    this.#exclude = counted('exclude', exclude)
  }

  keeps(key: string): boolean {
    const included = this.#include.find(({ matches }) => matches(key))
    if (this.#include.length > 0 && included === undefined) {
      this.#byNoInclude++
      return false
    }
    const excluded = this.#exclude.find(({ matches }) => matches(key))
    if (excluded !== undefined) excluded.requests++
    else if (included !== undefined) included.requests++
    return excluded === undefined
  }

  get leftOut(): LeftOut {
    const byExclude = requestsBy(this.#exclude)
    const total = Object.values(byExclude).reduce((sum, requests) => sum + requests, this.#byNoInclude)
    return { total, byExclude, byNoInclude: this.#byNoInclude, keptByInclude: requestsBy(this.#include) }
  }
}

function counted(option: 'include' | 'exclude', patterns: readonly string[]) {
  return [...new Set(patterns)].map((pattern) => {
    if (pattern === '') throw new TraceError(`${option} has an empty pattern; give one such as /healthz or *.css`)
    return { pattern, matches: keyPattern(pattern), requests: 0 }
  })
}

function requestsBy(patterns: ReturnType<typeof counted>): Record<string, number> {
  return Object.fromEntries(patterns.map(({ pattern, requests }) => [pattern, requests]))
}
