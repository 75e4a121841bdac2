/** Which requests of a trace are kept, by their keys. */
import type { LeftOut } from './trace.ts'
import { TraceError } from './trace-error.ts'

export interface KeyPatterns {
  /** Only keys that one of them matches are kept. Default: all. */
  readonly include?: readonly string[]
  /** Keys that one of them matches are left out, whatever `include` says. */
  readonly exclude?: readonly string[]
}

/**
 * `*` stands for any characters, `/` included; everything else for itself. The whole key must match, or what stands before
 * its first `?`: so `*.css` matches `/app.css?v=3`.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  const parts = pattern.split('*')
  return (key) => {
    if (matches(parts, key)) return true
    const query = key.indexOf('?')
    return query !== -1 && matches(parts, key.slice(0, query))
  }
}

/** The leftmost place for each part in turn: linear, where a regular expression would try all combinations. */
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

/** Counts what it leaves out. */
export class KeySelection {
  readonly #include: ReturnType<typeof counted>
  readonly #exclude: ReturnType<typeof counted>
  #byNoInclude = 0

  /** @throws TraceError at a pattern that can't be meant */
  constructor({ include, exclude = [] }: KeyPatterns) {
    if (include?.length === 0) throw new TraceError('include is empty; give a pattern, or leave it out')
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
