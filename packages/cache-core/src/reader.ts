import type { CacheParts } from './cache-parts.ts'
import { countRead } from './cache-stats.ts'
import {
  checkFunction,
  checkNames,
  checkNumber,
  checkOptions,
  checkText,
  MAX_TIMER_MS,
  MAX_TTL_MS,
  type OptionNames,
} from './check.ts'
import { MAX_TAGS } from './entry.ts'
import { CacheError } from './errors.ts'
import { checkTtl, type Load, type LoadOptions } from './load-run.ts'
import type { ReadResult } from './read-result.ts'
import type { LoadMany } from './shared-load.ts'

/** How a cache reads: through its store, or without it if its strategy keeps nothing. */
export interface Reader<T> {
  read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>>
  readMany(keys: readonly string[], load: LoadMany<T>, options: ReadOptions): Promise<Map<string, ReadResult<T>>>
  get(key: string, options: ReadOptions): Promise<ReadResult<T> | undefined>
  peek(key: string, options: ReadOptions): ReadResult<T> | undefined
  close(): Promise<void>
}

export interface ReadOptions extends LoadOptions {
  /** Tags that invalidate this entry. Give the same ones on every read of a key, in any order. At most 255, default none. */
  readonly tags?: readonly string[]
  /** Ends this caller's wait: `read` rejects with its reason. The load continues for other callers and for the cache. */
  readonly signal?: AbortSignal
}

export const NO_TAGS: readonly string[] = []

/** The options of a call without options. */
export const NO_OPTIONS: ReadOptions = {}

const READ_OPTIONS: OptionNames<ReadOptions> = { tags: true, ttlMs: true, loadTimeoutMs: true, signal: true }

/**
 * Checks the arguments of a call for one key. On the path of every hit.
 *
 * @returns the tags in their canonical order
 * @throws CacheError `BAD_OPTION`
 */
export function checkRead<T>(
  { read }: CacheParts<T>,
  call: 'read' | 'readMany' | 'get' | 'peek' | 'set',
  key: string,
  options: ReadOptions,
): readonly string[] {
  checkText('key', key)
  if (options === NO_OPTIONS) return NO_TAGS
  checkOptions(call, options, READ_OPTIONS)
  const { tags, ttlMs, loadTimeoutMs } = options
  if (ttlMs !== undefined) checkTtl(ttlMs, read.lifetime?.ttlMs ?? MAX_TTL_MS)
  if (loadTimeoutMs !== undefined) checkTimeout(loadTimeoutMs)
  return tags === undefined ? NO_TAGS : canonicalTags('tags', tags)
}

/** @throws CacheError `BAD_OPTION` */
export function checkLoad(load: unknown, name = 'load'): void {
  checkFunction(name, load, 'give the function that reads the origin')
}

/**
 * Tags in the order in which an entry holds their epochs: sorted, without duplicates. The same array if it already is.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function canonicalTags(name: string, tags: readonly string[]): readonly string[] {
  checkNames(name, tags)
  const canonical = areCanonical(tags) ? tags : sortedOnce(tags)
  if (canonical.length <= MAX_TAGS) return canonical
  throw new CacheError('BAD_OPTION', `${name} has ${canonical.length} tags; give at most ${MAX_TAGS}`)
}

function areCanonical(tags: readonly string[]): boolean {
  for (let i = 1; i < tags.length; i++) if (tags[i - 1]! >= tags[i]!) return false
  return true
}

/** Up to this many tags, an insertion sort is faster than `sort`. Every hit has this cost. */
const FEW = 16

function sortedOnce(tags: readonly string[]): readonly string[] {
  if (tags.length > FEW) return [...new Set(tags)].sort()
  const sorted: string[] = []
  for (const tag of tags) {
    let at = sorted.length
    while (at > 0 && sorted[at - 1]! > tag) at--
    if (at > 0 && sorted[at - 1] === tag) continue
    sorted.push(tag)
    for (let i = sorted.length - 1; i > at; i--) sorted[i] = sorted[i - 1]!
    sorted[at] = tag
  }
  return sorted
}

export function checkTimeout(timeoutMs: number): number {
  return checkNumber('loadTimeoutMs', timeoutMs, { min: 1, max: MAX_TIMER_MS })
}

/** Counts unanswered reads, so that `close` can wait for them. */
export class UnansweredReads {
  #count = 0
  #none: PromiseWithResolvers<void> | undefined

  add(): void {
    this.#count++
  }

  remove(): void {
    if (--this.#count > 0) return
    this.#none?.resolve()
    this.#none = undefined
  }

  /** Resolves once there are none. */
  async none(): Promise<void> {
    if (this.#count === 0) return
    this.#none ??= Promise.withResolvers()
    await this.#none.promise
  }
}

/** Counts an answered read, and emits its event. */
export function observed<T>(
  { stats, on, runtime }: CacheParts<T>,
  key: string,
  answer: ReadResult<T>,
  startedAt: number | undefined,
): ReadResult<T> {
  countRead(stats, answer.outcome)
  if (startedAt !== undefined) {
    on.read?.({ type: 'read', key, outcome: answer.outcome, durationMs: runtime.now() - startedAt })
  }
  return answer
}
