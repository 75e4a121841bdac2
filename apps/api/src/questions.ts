/** What a GET of posts, or of the report on them, may ask for: which entry answers it, how it is loaded, and how stale an answer is. */
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

/** Lists and the report carry it: any write may change any of them. */
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

  staleMs = ofAllPosts

  next(): undefined {}
}

/** The report on authors, made of all posts. */
export class AuthorsQuestion implements Question {
  readonly key: string = 'authors'
  readonly options = LIST_OPTIONS

  load(runtime: StrategyRuntime): Promise<Representation | undefined> {
    return runtime.loadAuthors()
  }

  /** A write that leaves the report as it was, such as one of a title, counts like any other: nothing here knows what it changed. */
  staleMs = ofAllPosts

  next(): undefined {}
}

/** Of what is made of all posts: any write replaces it. */
function ofAllPosts({ writes }: StrategyRuntime, { value }: ReadResult<Representation>, arrivedAt: number): number {
  if (writes === undefined || value === undefined) return 0
  return writes.listStaleMs(0, Number.POSITIVE_INFINITY, value.readAt, arrivedAt)
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
