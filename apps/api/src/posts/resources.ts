/** The reads that a GET can request: the key of the entry, how to load it, and how stale an answer is. */
import type { ReadOptions, ReadResult } from 'cache-core'
import { LISTS_TAG, POST_KEY_PREFIX, postKey } from 'posts-db/keys'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { Representation } from './representation.ts'

export interface Resource {
  readonly key: string
  /** The requested post's id; undefined for lists and the report. */
  readonly postId: number | undefined
  readonly options: ReadOptions | undefined
  load(instance: StrategyInstance): Promise<Representation | undefined>
  /** The time from the acknowledged write that replaced the answer to `arrivedAt`. */
  staleMs(instance: StrategyInstance, answer: ReadResult<Representation>, arrivedAt: number): number
  /** The query string of the next page, without its `?`. */
  next(answer: Representation): string | undefined
}

export const LIST_OPTIONS: ReadOptions = { tags: [LISTS_TAG] }

const KNOWN_KEY = new RegExp(
  `^(?:${POST_KEY_PREFIX}[1-9]\\d{0,15}|` +
    'posts(?:\\?limit=[1-9]\\d{0,3}&after=(?:0|[1-9]\\d{0,15}))?|authors|' +
    '(?:fragment:posts|page:/posts)(?:\\?after=(?:0|[1-9]\\d{0,15}))?|fragment:authors)$',
)

/** Whether this API uses keys of this form. */
export const isKnownKey = (key: string) => KNOWN_KEY.test(key)
export const isKnownTag = (tag: string) => tag === LISTS_TAG

/** One post. */
export class PostResource implements Resource {
  readonly postId: number
  readonly key: string
  readonly options = undefined

  constructor(id: number) {
    this.postId = id
    this.key = postKey(id)
  }

  load(instance: StrategyInstance): Promise<Representation | undefined> {
    return instance.loadPost(this.postId)
  }

  staleMs(
    { writes }: StrategyInstance,
    { value, ageMs, loadMs }: ReadResult<Representation>,
    arrivedAt: number,
  ): number {
    if (writes === undefined) return 0
    if (value !== undefined) return writes.postStaleMs(this.postId, value.version, arrivedAt)
    return writes.absenceStaleMs(this.postId, arrivedAt - ageMs + loadMs, arrivedAt)
  }

  next(): undefined {}
}

/** All posts. */
export const allPosts = madeOfAllPosts('posts', (instance) => instance.loadAll())

/** The report on authors. */
export const authorsReport = madeOfAllPosts('authors', (instance) => instance.loadAuthors())

/** Any write replaces it, even of a title, which leaves the report unchanged: this code does not know what a write changed. */
function madeOfAllPosts(key: string, load: Resource['load']): Resource {
  return {
    key,
    postId: undefined,
    options: LIST_OPTIONS,
    load,
    staleMs({ writes }, { value }, arrivedAt) {
      if (writes === undefined || value === undefined) return 0
      return writes.listStaleMs(0, Number.POSITIVE_INFINITY, value.readAt, arrivedAt)
    },
    next() {},
  }
}

/** Up to `limit` posts with ids above `after`. */
export class PageResource implements Resource {
  readonly #limit: number
  readonly #after: number
  readonly #strategy: string | undefined
  readonly key: string
  readonly postId = undefined
  readonly options = LIST_OPTIONS

  /** @param strategy the request's, which the next page then has too */
  constructor(limit: number, after: number, strategy?: string) {
    this.#limit = limit
    this.#after = after
    this.#strategy = strategy
    this.key = `posts?limit=${limit}&after=${after}`
  }

  load(instance: StrategyInstance): Promise<Representation | undefined> {
    return instance.loadPage(this.#limit, this.#after)
  }

  staleMs({ writes }: StrategyInstance, { value }: ReadResult<Representation>, arrivedAt: number): number {
    if (writes === undefined || value === undefined) return 0
    return writes.listStaleMs(this.#after, value.nextCursor ?? Number.POSITIVE_INFINITY, value.readAt, arrivedAt)
  }

  next({ nextCursor }: Representation): string | undefined {
    if (nextCursor === undefined) return undefined
    const page = `limit=${this.#limit}&after=${nextCursor}`
    return this.#strategy === undefined ? page : `${page}&strategy=${this.#strategy}`
  }
}
