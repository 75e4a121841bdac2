import type { CacheParts } from './cache-parts.ts'
import { checkNames, checkNumber } from './check.ts'
import { NOT_CARRIED } from './entry.ts'
import { CacheError } from './errors.ts'
import { type Runtime, within } from './ports/runtime.ts'
import type { Epochs } from './ports/store.ts'
import { type LoadManner, RunningLoad } from './running-load.ts'
import type { Asker } from './single-flight.ts'

/** Passed to each load: signals a timeout, and sets how the loaded value is kept. */
export interface LoadContext {
  /** The key that is read, so that one function can load all keys: a hit then creates no function. */
  readonly key: string
  /** Aborts when the load exceeds `loadTimeoutMs`. Never because a caller left: others may share the load. */
  readonly signal: AbortSignal
  /**
   * Whether this is a background refresh: its reader already has an answer. It must not touch that reader's request, such as
   * the response being written.
   */
  readonly isBehindAnswer: boolean
  /**
   * Returns the loaded value without keeping it, so the next reader loads again. In a background refresh, the served entry
   * stays and keeps its lifetime.
   */
  skip(): void
  /**
   * How long the value is fresh, counted from the start of its load, in milliseconds: at least 1, at most the strategy's `ttlMs`.
   * An absent value is never fresh for longer than the strategy's `absentTtlMs`.
   *
   * @throws CacheError `BAD_OPTION`
   */
  setTtl(ttlMs: number): void
  /**
   * Restricts the tags given to `read` to those that invalidate this value. Any other tag is refused: its epoch was not read
   * before the load, so the entry could survive an invalidation during the load.
   *
   * @throws CacheError `BAD_OPTION`
   */
  setTags(tags: readonly string[]): void
}

/** Reads the origin. `undefined`: there is no such value. */
export type Load<T> = (context: LoadContext) => Promise<T | undefined>

/** The parts of a read that its load needs. */
export interface LoadRequest<T> {
  readonly key: string
  readonly tags: readonly string[]
  readonly load: Load<T>
  readonly options: LoadOptions
}

export interface LoadOptions {
  /** How long the value is fresh if this read loads it, in milliseconds: at least 1, at most and by default the strategy's. */
  readonly ttlMs?: number
  /** Overrides the cache's. Limits this read's own load, and its wait for the load of another reader, in any process. */
  readonly loadTimeoutMs?: number
}

/** One run of a load, with the settings for its value. Its methods may be destructured. */
export class LoadRun implements LoadContext {
  readonly key: string
  readonly isBehindAnswer: boolean
  isSkipped = false
  ttlMs: number | undefined
  readonly #request: Pick<LoadRequest<unknown>, 'key' | 'tags'>
  readonly #maxTtlMs: number
  #abort: AbortController | undefined
  #carried: readonly string[] | undefined

  constructor(
    request: Pick<LoadRequest<unknown>, 'key' | 'tags' | 'options'>,
    maxTtlMs: number,
    isBehindAnswer = false,
  ) {
    this.key = request.key
    this.isBehindAnswer = isBehindAnswer
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
    checkNames('the argument of setTags', tags)
    const { key, tags: known } = this.#request
    for (const tag of tags) {
      if (known.includes(tag)) continue
      const given = known.length === 0 ? 'without tags' : `with the tags ${known.map((each) => `"${each}"`).join(', ')}`
      const message = `"${key}" was read ${given}, so the epoch of "${tag}" was not read before its load; give that tag to read too`
      throw new CacheError('BAD_OPTION', message, { key })
    }
    this.#carried = tags
  }

  /** The epochs that the entry carries, out of those of all its reader's tags. */
  carried(epochs: Epochs): Epochs {
    const carried = this.#carried
    if (carried === undefined) return epochs
    return epochs.map((epoch, i) => (carried.includes(this.#request.tags[i]!) ? epoch : NOT_CARRIED))
  }
}

/**
 * Checks the TTL of one value. The strategy's is the maximum, since the cache guarantees it.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkTtl(ttlMs: number, maxTtlMs: number): number {
  return checkNumber('ttlMs', ttlMs, { min: 1, max: maxTtlMs })
}

/** Runs the load of a request within its timeout. @throws the load's error, or CacheError `LOAD_TIMEOUT`, `LOAD_CYCLE` */
export async function runLoad<T>(
  parts: Pick<CacheParts<T>, 'store' | 'runtime' | 'stats' | 'on' | 'loadTimeoutMs'>,
  { key, load, options }: LoadRequest<T>,
  run: LoadRun,
  manner: LoadManner,
): Promise<{ readonly value: T | undefined; readonly loadMs: number }> {
  const { runtime, stats, on } = parts
  const { loadTimeoutMs = parts.loadTimeoutMs } = options
  const { queuedMs = 0 } = manner
  const running = new RunningLoad(parts.store, key, manner)
  const startedAt = runtime.now()
  const loading = async () => running.run(() => load(run)) // which may throw synchronously
  stats.loads++
  try {
    const value = await (loadTimeoutMs === undefined
      ? running.run(() => load(run))
      : within(loading(), loadTimeoutMs - queuedMs, runtime, tooLate))
    const loadMs = runtime.now() - startedAt
    on.load?.({ type: 'load', key, durationMs: loadMs })
    return { value, loadMs }
  } catch (error) {
    stats.failedLoads++
    on.load?.({ type: 'load', key, durationMs: runtime.now() - startedAt, error })
    throw error
  } finally {
    running.end()
  }

  /** The late result of the load is dropped. */
  function tooLate(): CacheError {
    const error = loadTimeout(key, 'took', loadTimeoutMs!)
    run.abort(error)
    return error
  }
}

/**
 * Resolves once another reader's flight has ended. That reader may allow its load more time than this one does.
 *
 * @param timeoutMs how long this reader waits, counted from the start of that load, or of its wait for a place or a lease, in
 *   milliseconds.
 * @throws CacheError `LOAD_TIMEOUT`
 */
export function waitForLoad(
  key: string,
  flight: Promise<unknown>,
  other: Asker,
  timeoutMs: number,
  runtime: Pick<Runtime, 'now' | 'after'>,
): Promise<void> {
  const cameAt = runtime.now()
  return new Promise((resolve, reject) => {
    let cancel = runtime.after(timeoutMs, look)
    const ended = () => {
      cancel()
      resolve()
    }
    flight.then(ended, ended)

    function look(): void {
      const now = runtime.now()
      const waitedMs = now - Math.max(cameAt, other.loadBeganAt ?? now)
      // A load with the same timeout fails at this moment, and its error is the answer.
      if (waitedMs > timeoutMs) reject(loadTimeout(key, 'was awaited', timeoutMs))
      else cancel = runtime.after(Math.max(1, timeoutMs - waitedMs), look)
    }
  })
}

export function loadTimeout(key: string, did: 'took' | 'queued' | 'was awaited', timeoutMs: number): CacheError {
  const message = `the load of "${key}" ${did} longer than its timeout of ${timeoutMs} ms`
  return new CacheError('LOAD_TIMEOUT', message, { key })
}
