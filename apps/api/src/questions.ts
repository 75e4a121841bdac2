/** What a GET of posts may ask for: which entry answers it, how it is loaded, and how stale an answer is. */
import type { ReadOptions, ReadResult } from 'cache-core'
import type { Representation } from './representation.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

export interface Question {
  readonly key: string
  readonly options: ReadOptions | undefined
  load(runtime: StrategyRuntime): Promise<Representation | undefined>
  /** For how long the answer had been replaced by a write acknowledged before `arrivedAt`. */
  staleMs(runtime: StrategyRuntime, answer: ReadResult<Representation>, arrivedAt: number): number
  /** The next page's query, for `Link`. */
  next(answer: Representation): string | undefined
}

/** Lists carry it: any write may change any list. */
export const LISTS_TAG = 'posts'
const LIST_OPTIONS: ReadOptions = { tags: [LISTS_TAG] }

export const postKey = (id: number) => `post:${id}`

/** One post. */
export class PostQuestion implements Question {
  readonly #id: number
  readonly key: string
  readonly options = undefined

  constructor(id: number) {
    this.#id = id
    this.key = postKey(id)
  }

  load(runtime: StrategyRuntime): Promise<Representation | undefined> {
    return runtime.loadPost(this.#id)
  }

  staleMs(
    { writes }: StrategyRuntime,
    { value, ageMs, loadMs }: ReadResult<Representation>,
    arrivedAt: number,
  ): number {
    if (writes === undefined) return 0
    if (value !== undefined) return writes.postStaleMs(this.#id, value.version, arrivedAt)
    return writes.absenceStaleMs(this.#id, arrivedAt - ageMs + loadMs, arrivedAt)
  }

  next(): undefined {}
}

/** All posts. */
export class ListQuestion implements Question {
  readonly key: string = 'posts'
  readonly options = LIST_OPTIONS

  load(runtime: StrategyRuntime): Promise<Representation | undefined> {
    return runtime.loadAll()
  }

  staleMs({ writes }: StrategyRuntime, { value }: ReadResult<Representation>, arrivedAt: number): number {
    if (writes === undefined || value === undefined) return 0
    return writes.listStaleMs(0, Number.POSITIVE_INFINITY, value.readAt, arrivedAt)
  }

  next(): undefined {}
}

/** Up to `limit` posts with ids above `after`. */
export class PageQuestion implements Question {
  readonly #limit: number
  readonly #after: number
  readonly key: string
  readonly options = LIST_OPTIONS

  constructor(limit: number, after: number) {
    this.#limit = limit
    this.#after = after
    this.key = `posts?limit=${limit}&after=${after}`
  }

  load(runtime: StrategyRuntime): Promise<Representation | undefined> {
    return runtime.loadPage(this.#limit, this.#after)
  }

  staleMs({ writes }: StrategyRuntime, { value }: ReadResult<Representation>, arrivedAt: number): number {
    if (writes === undefined || value === undefined) return 0
    return writes.listStaleMs(this.#after, value.nextCursor ?? Number.POSITIVE_INFINITY, value.readAt, arrivedAt)
  }

  next({ nextCursor }: Representation): string | undefined {
    return nextCursor === undefined ? undefined : `limit=${this.#limit}&after=${nextCursor}`
  }
}
