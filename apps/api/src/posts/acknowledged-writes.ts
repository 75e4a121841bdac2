/**
 * The writes that this process acknowledged. They determine `X-Stale-Ms`: the time from the replacement of the served
 * value to the arrival of the request. All timestamps are `performance.now()`.
 *
 * Bounded: the least recently written posts are forgotten first, which makes the result a lower bound.
 */

interface PostWrites {
  /** Ascending. */
  readonly versions: number[]
  /** When each version was acknowledged; ascending. */
  readonly acknowledgedAt: number[]
}

interface Write {
  readonly id: number
  readonly beganAt: number
  readonly acknowledgedAt: number
}

/** Compares as newer than any version: the row is deleted. */
export const DELETED = Number.POSITIVE_INFINITY

export interface AcknowledgedWritesOptions {
  /** Maximum of remembered writes. Default 20,000, about 6 MB. */
  readonly max?: number
  /** Maximum of remembered writes per post. Default 2,000. */
  readonly maxPerPost?: number
  /** Maximum of writes that a list is compared with. Default 10,000. */
  readonly maxCompared?: number
}

export class AcknowledgedWrites {
  readonly #posts = new Map<number, PostWrites>()
  #remembered = 0
  /** In order of acknowledgement. */
  #log: Write[] = []
  readonly #options

  constructor({ max = 20_000, maxPerPost = 2_000, maxCompared = 10_000 }: AcknowledgedWritesOptions = {}) {
    this.#options = { max, maxPerPost, maxCompared }
  }

  /** @param version the row's version, or `DELETED` */
  acknowledge(id: number, version: number, beganAt: number, acknowledgedAt: number): void {
    this.#log.push({ id, beganAt, acknowledgedAt })
    if (this.#log.length > 2 * this.#options.max) this.#log = this.#log.slice(-this.#options.max)
    this.#remember(id, version, acknowledgedAt)
  }

  /** The time from the replacement of version `served` of a post to `arrivedAt`; 0 if it was current. */
  postStaleMs(id: number, served: number, arrivedAt: number): number {
    const writes = this.#posts.get(id)
    if (writes === undefined || writes.versions.at(-1)! <= served) return 0
    return staleMs(arrivedAt, writes.acknowledgedAt[firstAbove(writes.versions, served)]!)
  }

  /** How long "there is no such post", loaded at `loadedAt`, had been wrong at `arrivedAt`. */
  absenceStaleMs(id: number, loadedAt: number, arrivedAt: number): number {
    const writes = this.#posts.get(id)
    // Only a row that was created here and not deleted since proves it wrong: other processes may have deleted any row.
    if (writes === undefined || writes.versions[0] !== 1 || writes.versions.at(-1) === DELETED) return 0
    const createdAt = writes.acknowledgedAt[0]!
    return createdAt > loadedAt ? staleMs(arrivedAt, createdAt) : 0
  }

  /**
   * The time to `arrivedAt` since a list, read at `readAt`, had been replaced: the posts with ids above `after` up to `last`.
   * Only writes that began after `readAt` count: the list may contain earlier ones.
   */
  listStaleMs(after: number, last: number, readAt: number, arrivedAt: number): number {
    const log = this.#log
    for (let i = Math.max(firstLater(log, readAt), log.length - this.#options.maxCompared); i < log.length; i++) {
      const { id, beganAt, acknowledgedAt } = log[i]!
      if (beganAt > readAt && id > after && id <= last) return staleMs(arrivedAt, acknowledgedAt)
    }
    return 0
  }

  /** Called after a reload of all rows, when versions start again at 1. */
  forget(): void {
    this.#posts.clear()
    this.#remembered = 0
    this.#log = []
  }

  #remember(id: number, version: number, acknowledgedAt: number): void {
    const known = this.#posts.get(id)
    const writes = known ?? { versions: [], acknowledgedAt: [] }
    // Acknowledged after a newer write: a reader that misses it has missed the newer one for longer.
    if (known && known.versions.at(-1)! >= version) return
    writes.versions.push(version)
    writes.acknowledgedAt.push(acknowledgedAt)
    this.#remembered++
    if (writes.versions.length > this.#options.maxPerPost) {
      writes.versions.shift()
      writes.acknowledgedAt.shift()
      this.#remembered--
    }
    this.#posts.delete(id)
    this.#posts.set(id, writes)
    for (const [oldest, { versions }] of this.#posts) {
      if (this.#remembered <= this.#options.max || oldest === id) break
      this.#posts.delete(oldest)
      this.#remembered -= versions.length
    }
  }
}

/** Whole milliseconds, rounded up, so that 0 always means current. */
function staleMs(arrivedAt: number, replacedAt: number): number {
  return arrivedAt > replacedAt ? Math.ceil(arrivedAt - replacedAt) : 0
}

/** Index of the first number above `value` in an ascending array. */
function firstAbove(rising: readonly number[], value: number): number {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

function firstLater(log: readonly Write[], moment: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (log[middle]!.acknowledgedAt > moment) high = middle
    else low = middle + 1
  }
  return low
}
