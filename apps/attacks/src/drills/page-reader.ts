import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, httpClient, monotonicMs, type Operation, postKey } from 'history'
import type { StrategyName } from 'strategies'

export interface PageReaderOptions {
  /** The API processes, read in turn. */
  readonly urls: readonly string[]
  readonly strategy: StrategyName
  /** The first posts: a page of this length holds exactly these. */
  readonly ids: readonly number[]
  readonly pauseMs: number
  /** A request fails after this long without a byte. */
  readonly timeoutMs: number
}

/**
 * Reads the first page again and again. A page holds a version of each of its posts, so one request counts as a read of each.
 * The guarantee is the same as for single posts, but here it depends on tags.
 */
export class PageReader {
  readonly #options: PageReaderOptions
  readonly #operations: Operation[] = []
  readonly #ended: Promise<void>
  #stopped = false

  constructor(options: PageReaderOptions) {
    this.#options = options
    this.#ended = this.#run()
  }

  async stop(): Promise<Operation[]> {
    this.#stopped = true
    await this.#ended
    return this.#operations
  }

  async #run(): Promise<void> {
    const { urls, strategy, ids, pauseMs, timeoutMs } = this.#options
    const http = httpClient({ timeoutMs })
    for (let turn = 0; !this.#stopped; turn++) {
      const url = new URL(`/api/posts?strategy=${strategy}&limit=${ids.length}`, urls[turn % urls.length])
      const start = monotonicMs()
      const answer = await http.send('GET', url)
      for (const id of ids) this.#operations.push(readOf(id, answer, { start, end: monotonicMs(), server: url.host }))
      await sleep(pauseMs)
    }
    http.close()
  }
}

function readOf(id: number, answer: Answer, seen: Pick<Operation, 'start' | 'end'> & { server: string }): Operation {
  const { status, body, cache } = answer
  const version = status === 200 ? versionIn(body, id) : null
  const outcome = version === null ? 'failed' : 'ok'
  // One client per post, since the reads of one page are concurrent.
  const client = `page ${postKey(id)}`
  return { client, key: postKey(id), op: 'read', version, ...seen, outcome, status, ...(cache && { cache }) }
}

function versionIn(body: string, id: number): number | null {
  const posts = JSON.parse(body) as { id: number; version: number }[]
  return posts.find((post) => post.id === id)?.version ?? null
}
