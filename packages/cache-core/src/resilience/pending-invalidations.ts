import { messageOf } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'
import { inBatches } from './batches.ts'

/** Above this many names it is simpler to invalidate everything. */
const MAX_PENDING = 10_000
/** Backoff between delivery attempts, in milliseconds: the first and the longest delay. */
const RETRY_MS = { first: 250, last: 1_000 }

/**
 * Invalidations that this process could not deliver, or may have missed. Until they are flushed, the store may hold stale
 * entries, so reads bypass it. Shared by all stores on the same entries.
 */
export class PendingInvalidations {
  readonly #deliver: (pending: Pending) => Promise<void>
  readonly #runtime: Runtime
  readonly #catchUps = new Set<() => Promise<void>>()
  readonly #whenEnded: (() => void)[] = []
  readonly #whenPending = new Set<() => void>()
  #pending = nothingPending()
  #isFlushing = false
  #cancelFlush: (() => void) | undefined
  #retryMs = RETRY_MS.first
  #isEnded = false
  #lastFailure: unknown

  /** @param deliver rejects if it could not deliver. */
  constructor(deliver: (pending: Pending) => Promise<void>, runtime = systemRuntime) {
    this.#deliver = deliver
    this.#runtime = runtime
  }

  get areFlushed(): boolean {
    return !this.#isFlushing && isNothing(this.#pending)
  }

  /** What is pending and why, in one clause. `undefined`: nothing is. */
  get reason(): string | undefined {
    if (this.areFlushed) return undefined
    const { everything, keys, tags, catchUp } = this.#pending
    const count = keys.size + tags.size
    const failed = this.#lastFailure === undefined ? '' : `; the last attempt failed: ${messageOf(this.#lastFailure)}`
    if (everything) return `the invalidation of everything is pending${failed}`
    if (count > 0) return `${count} ${count === 1 ? 'invalidation is' : 'invalidations are'} pending${failed}`
    if (catchUp) return `invalidations by other processes have not been caught up with yet${failed}`
    return 'pending invalidations are being delivered'
  }

  add(keys: readonly string[], tags: readonly string[]): void {
    if (this.#isEnded) return
    this.#announce()
    const pending = this.#pending
    // `everything` includes them. Otherwise an outage of hours would remember each name written in it.
    if (!pending.everything) {
      for (const key of keys) pending.keys.add(key)
      for (const tag of tags) pending.tags.add(tag)
      if (pending.keys.size + pending.tags.size > MAX_PENDING) this.#pendEverything()
    }
    this.#flushLater()
  }

  addEverything(): void {
    if (this.#isEnded) return
    this.#announce()
    this.#pendEverything()
    this.#flushLater()
  }

  /**
   * Calls `catchUp`, which delivers missed changes: now, and after each `requestCatchUp`, until the returned function is called.
   * Pending until it resolves.
   */
  catchUpBy(catchUp: () => Promise<void>): () => void {
    this.#catchUps.add(catchUp)
    this.requestCatchUp()
    return () => this.#catchUps.delete(catchUp)
  }

  /** Call it when the store was unreachable, or another server may have taken its place. */
  requestCatchUp(): void {
    if (this.#catchUps.size === 0 || this.#isEnded) return
    this.#announce()
    this.#pending.catchUp = true
    this.#flushLater()
  }

  /** Delivers pending invalidations. Those that can't be delivered stay pending. */
  async flush(): Promise<void> {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    if (this.#isEnded || this.#isFlushing || isNothing(this.#pending)) return
    const pending = this.#pending
    this.#pending = nothingPending()
    this.#isFlushing = true
    try {
      if (hasNames(pending)) await this.#deliver(pending)
      if (pending.catchUp) await Promise.all([...this.#catchUps].map((catchUp) => catchUp()))
      this.#retryMs = RETRY_MS.first
      this.#lastFailure = undefined
    } catch (error) {
      this.#lastFailure = error
      if (pending.everything) this.#pendEverything()
      if (pending.catchUp) this.#pending.catchUp = true
      this.add([...pending.keys], [...pending.tags])
    } finally {
      this.#isFlushing = false
    }
    if (!isNothing(this.#pending)) this.#flushLater()
  }

  /** Calls `action` each time that something is pending after nothing was, until the returned function is called. */
  whenPending(action: () => void): () => void {
    this.#whenPending.add(action)
    return () => this.#whenPending.delete(action)
  }

  /** Calls `action` when this is ended. */
  whenEnded(action: () => void): void {
    this.#whenEnded.push(action)
  }

  /**
   * Stops flushing, since no store uses it any longer. A running flush completes.
   *
   * @returns whether some invalidations may be undelivered.
   */
  end(): boolean {
    this.#isEnded = true
    this.#cancelFlush?.()
    for (const action of this.#whenEnded.splice(0)) action()
    return this.#isFlushing || hasNames(this.#pending)
  }

  /** Afterwards there is no entry, nor a lease to fill one, that has a tag's old epoch. So the tags need no new ones. */
  #pendEverything(): void {
    this.#pending.everything = true
    this.#pending.keys.clear()
    this.#pending.tags.clear()
  }

  /** Before something is added. */
  #announce(): void {
    if (this.areFlushed) for (const action of this.#whenPending) action()
  }

  /** One timer for all failures. */
  #flushLater(): void {
    if (this.#cancelFlush !== undefined || this.#isEnded) return
    this.#cancelFlush = this.#runtime.after(this.#retryMs, () => void this.flush())
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.last)
  }
}

export interface Pending {
  readonly keys: Set<string>
  readonly tags: Set<string>
  /** If so, there are neither keys nor tags. */
  everything: boolean
  catchUp: boolean
}

function nothingPending(): Pending {
  return { keys: new Set(), tags: new Set(), everything: false, catchUp: false }
}

function isNothing(pending: Pending): boolean {
  return !pending.catchUp && !hasNames(pending)
}

function hasNames({ keys, tags, everything }: Pending): boolean {
  return everything || keys.size + tags.size > 0
}

/** Delivers everything pending. */
export async function flushTo(
  store: Pick<Store, 'invalidate' | 'invalidateAll'>,
  { keys, tags, everything }: Pending,
): Promise<void> {
  if (everything) await store.invalidateAll()
  else for (const some of inBatches([...keys], [...tags])) await store.invalidate(some.keys, some.tags)
}
