import type { CacheParts } from './cache-parts.ts'
import { countRead } from './cache-stats.ts'
import { MAX_TAGS } from './entry.ts'
import { CacheError, checkNumber, checkText } from './errors.ts'
import { checkTtl, type Load, type LoadOptions } from './load-run.ts'
import type { ReadResult } from './read-result.ts'

/** How a cache reads: through its store, or past it where its strategy keeps nothing. */
export interface Reader<T> {
  read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>>
  peek(key: string, options: ReadOptions): Promise<ReadResult<T> | undefined>
  close(): Promise<void>
}

export interface ReadOptions extends LoadOptions {
  /** Tags that invalidate this entry. The same, in the same order, for every read of a key. At most 255, default none. */
  readonly tags?: readonly string[]
  /** Ends this caller's wait: `read` rejects with its reason. The load goes on for others, and for the cache. */
  readonly signal?: AbortSignal
}

export const NO_TAGS: readonly string[] = []

/** @throws CacheError `BAD_OPTION` */
export function checkRead<T>({ read }: CacheParts<T>, key: string, { tags, ttlMs, loadTimeoutMs }: ReadOptions): void {
  checkText('key', key)
  if (tags !== undefined) checkTags(tags, key)
  if (ttlMs !== undefined) checkTtl(ttlMs, read.lifetime?.ttlMs ?? Number.MAX_SAFE_INTEGER)
  if (loadTimeoutMs !== undefined) checkTimeout(loadTimeoutMs)
}

/** @throws CacheError `BAD_OPTION` */
export function checkTags(tags: readonly string[], key?: string): void {
  for (const tag of tags) checkText('tag', tag)
  if (tags.length <= MAX_TAGS) return
  const given = key === undefined ? 'entryTags has' : `"${key}" is read with`
  throw new CacheError(
    'BAD_OPTION',
    `${given} ${tags.length} tags; give at most ${MAX_TAGS}`,
    key === undefined ? {} : { key },
  )
}

/** Timers can't bear more. */
const MAX_TIMEOUT_MS = 2_147_483_647

export function checkTimeout(timeoutMs: number): number {
  return checkNumber('loadTimeoutMs', timeoutMs, { min: 1, max: MAX_TIMEOUT_MS })
}

/** Reads that have not been answered yet, so that `close` can wait for them. */
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

/** Counts a read that was answered, and tells of it. */
export function observed<T>(
  { stats, emit, runtime }: CacheParts<T>,
  key: string,
  answer: ReadResult<T>,
  startedAt: number | undefined,
): ReadResult<T> {
  countRead(stats, answer.outcome)
  if (startedAt !== undefined) {
    emit?.({ type: 'read', key, outcome: answer.outcome, durationMs: runtime.now() - startedAt })
  }
  return answer
}
