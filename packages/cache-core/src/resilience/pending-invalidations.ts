import { messageOf } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'

/** Above this many names it is simpler to invalidate everything. */
const MAX_PENDING = 10_000
/** Delay before what could not be delivered is tried again, in milliseconds: the first and the longest. */
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
  #pending = nothingPending()
  #isFlushing = false
  #cancelFlush: (() => void) | undefined
  #retryMs = RETRY_MS.first
  #isEnded = false
  #lastFailure: unknown

  /** @param deliver rejects when it could not. */
  constructor(deliver: (pending: Pending) => Promise<void>, runtime = systemRuntime) {
    this.#deliver = deliver
    this.#runtime = runtime
  }

  get areFlushed(): boolean {
    return !this.#isFlushing && isNothing(this.#pending)
  }

  /** What is pending, and why: one clause. `undefined`: nothing is. */
  get reason(): string | undefined {
    if (this.areFlushed) return undefined
    const { everything, keys, tags, catchUp } = this.#pending
    const count = keys.size + tags.size
    const failed = this.#lastFailure === undefined ? '' : `; the last try failed: ${messageOf(this.#lastFailure)}`
    if (everything) return `the invalidation of everything is pending${failed}`
    if (count > 0) return `${count} ${count === 1 ? 'invalidation is' : 'invalidations are'} pending${failed}`
    if (catchUp) return `what others wrote meanwhile has not been invalidated yet${failed}`
    return 'pending invalidations are being delivered'
  }

  add(keys: readonly string[], tags: readonly string[]): void {
    if (this.#isEnded) return
    const pending = this.#pending
    for (const tag of tags) pending.tags.add(tag)
    // Everything includes them: an outage of hours would otherwise remember each key written in it.
    if (!pending.everything) for (const key of keys) pending.keys.add(key)
    if (pending.keys.size + pending.tags.size > MAX_PENDING) {
      pending.everything = true
      pending.keys.clear()
    }
    this.#flushLater()
  }

  addEverything(): void {
    if (this.#isEnded) return
    this.#pending.everything = true
    this.#flushLater()
  }

  /**
   * Has `catchUp` deliver what other processes wrote: now, and after each `requestCatchUp`, until the returned function is
   * called. Pending until it resolves.
   */
  catchUpBy(catchUp: () => Promise<void>): () => void {
    this.#catchUps.add(catchUp)
    this.requestCatchUp()
    return () => this.#catchUps.delete(catchUp)
  }

  /** The store was not to be reached, or another server may have taken its place. */
  requestCatchUp(): void {
    if (this.#catchUps.size === 0 || this.#isEnded) return
    this.#pending.catchUp = true
    this.#flushLater()
  }

  /** Delivers what is pending; what can't be delivered stays pending. */
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
      if (pending.everything) this.#pending.everything = true
      if (pending.catchUp) this.#pending.catchUp = true
      this.add([...pending.keys], [...pending.tags])
    } finally {
      this.#isFlushing = false
    }
    if (!isNothing(this.#pending)) this.#flushLater()
  }

  /** Calls `action` when this is ended. */
  whenEnded(action: () => void): void {
    this.#whenEnded.push(action)
  }

  /**
   * Flushes no more: nobody uses the store here any longer. A flush under way goes on to its end.
   *
   * @returns whether some may not have been delivered.
   */
  end(): boolean {
    this.#isEnded = true
    this.#cancelFlush?.()
    for (const action of this.#whenEnded.splice(0)) action()
    return this.#isFlushing || hasNames(this.#pending)
  }

  /** By one timer, whatever fails meanwhile. */
  #flushLater(): void {
    if (this.#cancelFlush !== undefined || this.#isEnded) return
    this.#cancelFlush = this.#runtime.after(this.#retryMs, () => void this.flush())
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.last)
  }
}

export interface Pending {
  readonly keys: Set<string>
  readonly tags: Set<string>
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

/** Delivers all of it. With `everything` the tags are still invalidated by name: entries elsewhere may carry them. */
export async function flushTo(store: Store, { keys, tags, everything }: Pending): Promise<void> {
  if (everything) await store.invalidateAll()
  await store.invalidate(everything ? [] : [...keys], [...tags])
}
