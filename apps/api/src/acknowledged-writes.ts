/**
 * The writes that this process acknowledged, from which `X-Stale-Ms` comes: for how long what is served had been
 * replaced when the request arrived. All moments are `performance.now()`.
 *
 * Bounded: what was written least recently is forgotten first, so that the answer is a lower bound.
 */

interface PostWrites {
  /** Rising. */
  readonly versions: number[]
  /** When each of them was acknowledged; rising. */
  readonly acknowledgedAt: number[]
}

interface Write {
  readonly id: number
  readonly beganAt: number
  readonly acknowledgedAt: number
}

/** Newer than any version: no row is left. */
export const DELETED = Number.POSITIVE_INFINITY

export interface AcknowledgedWritesOptions {
  /** Writes remembered in all. Default 20,000, at most some 6 MB. */
  readonly max?: number
  /** Writes remembered of one post. Default 2,000. */
  readonly maxPerPost?: number
  /** Writes that one list is compared with at most. Default 10,000. */
  readonly maxCompared?: number
}

export class AcknowledgedWrites {
  readonly #posts = new Map<number, PostWrites>()
  #remembered = 0
  /** All of them in the order of their acknowledgement. */
  #log: Write[] = []
  readonly #options

  constructor({ max = 20_000, maxPerPost = 2_000, maxCompared = 10_000 }: AcknowledgedWritesOptions = {}) {
    this.#options = { max, maxPerPost, maxCompared }
  }

  /** @param version the row's own, or `DELETED` */
  acknowledge(id: number, version: number, beganAt: number, acknowledgedAt: number): void {
    this.#log.push({ id, beganAt, acknowledgedAt })
    if (this.#log.length > 2 * this.#options.max) this.#log = this.#log.slice(-this.#options.max)
    this.#remember(id, version, acknowledgedAt)
  }

  /** For how long version `served` of a post had been replaced by `arrivedAt`; 0 when it is current. */
  postStaleMs(id: number, served: number, arrivedAt: number): number {
    const writes = this.#posts.get(id)
    if (writes === undefined || writes.versions.at(-1)! <= served) return 0
    return staleMs(arrivedAt, writes.acknowledgedAt[firstAbove(writes.versions, served)]!)
  }

  /** For how long "there is no such post", loaded by `loadedAt`, had been wrong by `arrivedAt`. */
  absenceStaleMs(id: number, loadedAt: number, arrivedAt: number): number {
    const writes = this.#posts.get(id)
    // Only a row created here, and not deleted since, shows that it is wrong: others may have deleted any row.
    if (writes === undefined || writes.versions[0] !== 1 || writes.versions.at(-1) === DELETED) return 0
    const createdAt = writes.acknowledgedAt[0]!
    return createdAt > loadedAt ? staleMs(arrivedAt, createdAt) : 0
  }

  /**
   * For how long a list of the posts with ids above `after` up to `last`, whose rows had been read by `readAt`, had been
   * replaced by `arrivedAt`. A write counts only if it began after that: of others nobody knows whether the list has them.
   */
  listStaleMs(after: number, last: number, readAt: number, arrivedAt: number): number {
    const log = this.#log
    for (let i = Math.max(firstLater(log, readAt), log.length - this.#options.maxCompared); i < log.length; i++) {
      const { id, beganAt, acknowledgedAt } = log[i]!
      if (beganAt > readAt && id > after && id <= last) return staleMs(arrivedAt, acknowledgedAt)
    }
    return 0
  }

  /** For when all rows were replaced from outside, and their versions start anew. */
  forget(): void {
    this.#posts.clear()
    this.#remembered = 0
    this.#log = []
  }

  #remember(id: number, version: number, acknowledgedAt: number): void {
    const known = this.#posts.get(id)
    const writes = known ?? { versions: [], acknowledgedAt: [] }
    // A write acknowledged after a newer one: whoever lacks it lacks the newer one too, and for longer.
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

/** Whole milliseconds, rounded up, so that only what is current says 0. */
function staleMs(arrivedAt: number, replacedAt: number): number {
  return arrivedAt > replacedAt ? Math.ceil(arrivedAt - replacedAt) : 0
}

/** Index of the first number above `value` in a rising array. */
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
