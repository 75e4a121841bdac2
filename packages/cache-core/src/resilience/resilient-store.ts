import { CacheError } from '../errors.ts'
import type { Store } from '../ports/store.ts'
import type { Circuit } from './circuit.ts'
import { MissedInvalidations } from './missed.ts'

export interface ResilienceOptions {
  /** Called with each command that failed: `STORE_UNAVAILABLE` with its cause. */
  readonly onFailure?: (error: CacheError) => void
}

/** How long until an invalidation that could not be delivered is tried again. */
const DELIVER_AGAIN_MS = 250

/**
 * A store whose failures cost a bypass, and never a promise.
 *
 * Reads reject with `STORE_UNAVAILABLE`, upon which the cache goes past it. Fills and claims count as refused.
 * An invalidation that could not be delivered is remembered: **until all of them have been delivered, this process does
 * not use the store**, since what it would read there may be what it failed to void.
 */
export function resilientStore(store: Store, circuit: Circuit, { onFailure }: ResilienceOptions = {}): Store {
  const missed = new MissedInvalidations()
  let delivering = false
  circuit.onRecovered(() => void deliver())

  const isUsable = () => circuit.isClosed && missed.isEmpty && !delivering

  async function attempt<T>(command: () => T | Promise<T>, deadlineMs?: number): Promise<T> {
    try {
      return await circuit.run(command, deadlineMs)
    } catch (error) {
      onFailure?.(error as CacheError)
      throw error
    }
  }

  /** For what can be done without: nothing is tried while the store is not to be used. */
  async function orElse<T>(fallback: T, command: () => T | Promise<T>): Promise<T> {
    return isUsable() ? attempt(command).catch(() => fallback) : fallback
  }

  function askable(): void {
    if (isUsable()) return
    throw new CacheError('STORE_UNAVAILABLE', 'the store is away, or invalidations are still owed to it')
  }

  /** Pays what is owed. The store may be used again only when nothing is. */
  async function deliver(): Promise<void> {
    if (delivering || missed.isEmpty || !circuit.isClosed) return
    delivering = true
    const { keys, tags, everything } = missed.take()
    try {
      if (everything) await attempt(() => store.invalidateAll(), Number.POSITIVE_INFINITY)
      await attempt(() => store.invalidate(everything ? [] : keys, tags))
    } catch {
      missed.add(keys, tags)
      if (everything) missed.addEverything()
    } finally {
      delivering = false
    }
    if (!missed.isEmpty) setTimeout(() => void deliver(), DELIVER_AGAIN_MS).unref()
  }

  async function invalidateOrOwe(owe: () => void, command: () => void | Promise<void>, deadlineMs?: number) {
    try {
      await attempt(command, deadlineMs)
    } catch {
      owe()
      setTimeout(() => void deliver(), DELIVER_AGAIN_MS).unref()
    }
  }

  return {
    clock: store.clock,

    async get(key, tags) {
      askable()
      return attempt(() => store.get(key, tags))
    },

    async acquire(key, request) {
      askable()
      return attempt(() => store.acquire(key, request))
    },

    claim: (key, request) => orElse(undefined, () => store.claim(key, request)),
    fill: (key, fill) => orElse(false, () => store.fill(key, fill)),
    renew: (key, token, leaseMs) => orElse(false, () => store.renew(key, token, leaseMs)),
    release: (key, token) => orElse(undefined, () => store.release(key, token)),

    invalidate: (keys, tags) =>
      invalidateOrOwe(
        () => missed.add(keys, tags),
        () => store.invalidate(keys, tags),
      ),
    // Of many commands, each with the client's own deadline.
    invalidateAll: () =>
      invalidateOrOwe(
        () => missed.addEverything(),
        () => store.invalidateAll(),
        Number.POSITIVE_INFINITY,
      ),
  }
}
