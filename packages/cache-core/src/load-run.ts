import type { CacheParts } from './cache-parts.ts'
import { NOT_CARRIED } from './entry.ts'
import { CacheError, checkNumber } from './errors.ts'
import { within } from './ports/runtime.ts'
import type { Epochs } from './ports/store.ts'

/** What a load is given: to learn that it took too long, and to say how its value is to be kept. */
export interface LoadContext {
  /** Aborts when the load has taken longer than `loadTimeoutMs`. Never because a caller went away: others may share the load. */
  readonly signal: AbortSignal
  /**
   * Answers with what is loaded and keeps nothing, so that the next reader loads again. Behind an answer (a refresh) the entry
   * that was served stays, and is served for as long as it would have been.
   */
  skip(): void
  /**
   * How long the value is fresh, counted from the start of its load, in milliseconds: at least 1, at most the strategy's `ttlMs`.
   * "There is no such value" is fresh for at most the strategy's `absentTtlMs`, whatever is given here.
   *
   * @throws CacheError `BAD_OPTION`
   */
  setTtl(ttlMs: number): void
  /**
   * Of the tags given to `read`, those that invalidate this value; the others no longer do. Other tags are refused: their
   * epochs were not read before the load, so the entry could outlive an invalidation that came while it was loaded.
   *
   * @throws CacheError `BAD_OPTION`
   */
  setTags(tags: readonly string[]): void
}

/** Reads the origin. `undefined`: there is no such value. */
export type Load<T> = (context: LoadContext) => Promise<T | undefined>

/** A read as its load sees it. */
export interface LoadRequest<T> {
  readonly key: string
  readonly tags: readonly string[]
  readonly load: Load<T>
  readonly options: LoadOptions
}

export interface LoadOptions {
  /** How long the value is fresh if this read loads it, in milliseconds: at least 1, at most and by default the strategy's. */
  readonly ttlMs?: number
  /** Instead of the cache's, if this read loads. */
  readonly loadTimeoutMs?: number
}

/** One run of a load, and what it said of its value. Its methods can be taken out of it. */
export class LoadRun implements LoadContext {
  isSkipped = false
  ttlMs: number | undefined
  readonly #request: Pick<LoadRequest<unknown>, 'key' | 'tags'>
  readonly #maxTtlMs: number
  #abort: AbortController | undefined
  #carried: readonly string[] | undefined

  constructor(request: Pick<LoadRequest<unknown>, 'key' | 'tags' | 'options'>, maxTtlMs: number) {
    this.#request = request
    this.#maxTtlMs = maxTtlMs
    this.ttlMs = request.options.ttlMs
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  abort(reason: unknown): void {
    this.#abort ??= new AbortController()
    this.#abort.abort(reason)
  }

  readonly skip = (): void => {
    this.isSkipped = true
  }

  readonly setTtl = (ttlMs: number): void => {
    this.ttlMs = checkTtl(ttlMs, this.#maxTtlMs)
  }

  readonly setTags = (tags: readonly string[]): void => {
    const { key, tags: known } = this.#request
    for (const tag of tags) {
      if (known.includes(tag)) continue
      const given = known.length === 0 ? 'without tags' : `with the tags ${known.map((each) => `"${each}"`).join(', ')}`
      const message = `"${key}" was read ${given}, so the epoch of "${tag}" was not read before its load; give read that tag too`
      throw new CacheError('BAD_OPTION', message, { key })
    }
    this.#carried = tags
  }

  /** The epochs that the entry is to carry, of those of all its reader's tags. */
  carried(epochs: Epochs): Epochs {
    const carried = this.#carried
    if (carried === undefined) return epochs
    return epochs.map((epoch, i) => (carried.includes(this.#request.tags[i]!) ? epoch : NOT_CARRIED))
  }
}

/**
 * A TTL for one value. The strategy's is the longest there may be, since it is what the cache guarantees.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkTtl(ttlMs: number, maxTtlMs: number): number {
  return checkNumber('ttlMs', ttlMs, { min: 1, max: maxTtlMs })
}

/** Runs the load of a request within its timeout. @throws what it throws, or CacheError `LOAD_TIMEOUT` */
export async function runLoad<T>(
  parts: Pick<CacheParts<T>, 'runtime' | 'stats' | 'emit' | 'loadTimeoutMs'>,
  { key, load, options }: LoadRequest<T>,
  run: LoadRun,
): Promise<{ readonly value: T | undefined; readonly loadMs: number }> {
  const { runtime, stats, emit } = parts
  const { loadTimeoutMs = parts.loadTimeoutMs } = options
  const startedAt = runtime.now()
  const loading = async () => load(run) // which may throw at once
  stats.loads++
  try {
    const value = await (loadTimeoutMs === undefined ? load(run) : within(loading(), loadTimeoutMs, runtime, tooLate))
    const loadMs = runtime.now() - startedAt
    emit?.({ type: 'load', key, durationMs: loadMs })
    return { value, loadMs }
  } catch (error) {
    stats.failedLoads++
    emit?.({ type: 'load', key, durationMs: runtime.now() - startedAt, error })
    throw error
  }

  /** What the load brings afterwards is lost. */
  function tooLate(): CacheError {
    const message = `the load of "${key}" took longer than its timeout of ${loadTimeoutMs} ms`
    const error = new CacheError('LOAD_TIMEOUT', message, { key })
    run.abort(error)
    return error
  }
}
