import { type LeaseNews, LeaseWaiters } from '../ports/lease-news.ts'

/**
 * Messages are remembered so that one that arrives before the answer that it belongs to is not lost. That takes a round trip, so a few
 * are enough.
 */
const MAX_REMEMBERED = 1_000

export interface ChannelEvents {
  /** A reader begins to wait. */
  readonly waitedFor: () => void
  /** An expected message has not come. */
  readonly missed: () => void
}

/** The messages about the leases under one prefix, as one process receives them. */
export class LeaseChannel {
  readonly name: string
  /** Whether the process receives messages now. */
  isLive = false
  /** Until then, in the runtime's milliseconds, it is not tried again to subscribe, since the user may not. */
  refusedUntil = Number.NEGATIVE_INFINITY
  /** Whether messages come when they should. Not if a process may not publish, or runs a release that doesn't. */
  #isTrusted = true
  #count = 0
  /** The number of each key's last message. */
  readonly #heardAt = new Map<string, number>()
  readonly #waiters = new LeaseWaiters()
  readonly #when: ChannelEvents

  constructor(name: string, when: ChannelEvents) {
    this.name = name
    this.#when = when
  }

  /** The number of the last message. `undefined`: none are received. */
  get position(): number | undefined {
    return this.isLive ? this.#count : undefined
  }

  /** @param position that of before the request whose answer these news belong to. */
  newsSince(position: number | undefined, key: string): LeaseNews {
    return {
      isExpected: position !== undefined && this.isLive && this.#isTrusted,
      listen: (ended) => {
        this.#when.waitedFor()
        if (position !== undefined && (this.#heardAt.get(key) ?? 0) > position) ended()
        return this.#waiters.add(key, ended)
      },
      missed: () => {
        this.#isTrusted = false
        this.#when.missed()
      },
    }
  }

  /** A message has come. */
  heard(key: string): void {
    this.#isTrusted = true
    this.ended(key)
  }

  /** A lease has ended. */
  ended(key: string): void {
    if (this.isLive) this.#remember(key)
    this.#waiters.wake(key)
  }

  /** No more messages come, and some may be lost: all ask again. */
  lost(): void {
    this.isLive = false
    this.#waiters.wakeAll()
  }

  #remember(key: string): void {
    this.#heardAt.delete(key) // keeps the map's order: the oldest first
    this.#heardAt.set(key, ++this.#count)
    if (this.#heardAt.size > MAX_REMEMBERED) this.#heardAt.delete(this.#heardAt.keys().next().value!)
  }
}
