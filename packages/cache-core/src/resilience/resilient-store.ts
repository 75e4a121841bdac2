import { CacheError, messageOf, swallowing } from '../errors.ts'
import type { Store, StoreHealth } from '../ports/store.ts'
import type { Circuit } from './circuit.ts'
import { flushTo, type Pending, PendingInvalidations } from './pending-invalidations.ts'

export interface ResilienceOptions {
  /** Called with each command that failed: `STORE_UNAVAILABLE` with its cause. */
  readonly onFailure?: (error: CacheError) => void
}

/** Of many commands, each with the client's own deadline. */
const NO_DEADLINE = Number.POSITIVE_INFINITY

/** The pending invalidations of a store behind a circuit: flushed when it is back, and at intervals until then. */
export function pendingFor(store: Store, circuit: Circuit): PendingInvalidations {
  const deliver = (names: Pending) => circuit.run(() => flushTo(store, names), NO_DEADLINE)
  const pending = new PendingInvalidations(deliver, circuit.runtime)
  pending.whenEnded(circuit.onOpened(() => pending.requestCatchUp()))
  pending.whenEnded(circuit.onRecovered(() => void pending.flush()))
  return pending
}

/**
 * A store whose failures cost a bypass, and never a promise.
 *
 * Reads reject with `STORE_UNAVAILABLE`, upon which the cache goes past it. Fills and claims count as refused.
 * An invalidation that could not be delivered is pending: **until all of them are flushed, this process does not use the
 * store**, since what it would read there may be what it failed to invalidate.
 *
 * Closed, it refuses all commands with `STORE_UNAVAILABLE`, so that reads bypass it. The circuit is the caller's to end.
 *
 * @param shared the pending invalidations, for those who use the same entries: theirs to end. Default its own.
 */
export function resilientStore(
  store: Store,
  circuit: Circuit,
  options: ResilienceOptions = {},
  shared?: PendingInvalidations,
): Required<Store> {
  const pending = shared ?? pendingFor(store, circuit)
  const onFailure = options.onFailure && swallowing(options.onFailure)
  let wasClosed = false
  const isUsable = () => circuit.isClosed && pending.areFlushed && !wasClosed

  async function attempt<T>(command: () => T | Promise<T>, deadlineMs?: number): Promise<T> {
    try {
      if (wasClosed) throw closed()
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

  function checkUsable(): void {
    if (isUsable()) return
    if (wasClosed) throw closed()
    throw new CacheError('STORE_UNAVAILABLE', 'the store is away, or invalidations are still pending for it')
  }

  return {
    clock: store.clock,
    guarantee: store.guarantee,

    async get(key, tags) {
      checkUsable()
      return attempt(() => store.get(key, tags))
    },

    async acquire(key, request) {
      checkUsable()
      return attempt(() => store.acquire(key, request))
    },

    claim: (key, request) => orElse(undefined, () => store.claim(key, request)),
    fill: (key, fill) => orElse(false, () => store.fill(key, fill)),
    renew: (key, token, leaseMs) => orElse(false, () => store.renew(key, token, leaseMs)),
    release: (key, token) => orElse(undefined, () => store.release(key, token)),

    invalidate: (keys, tags) =>
      attempt(() => store.invalidate(keys, tags)).catch(() => {
        pending.add(keys, tags)
        return false
      }),
    invalidateAll: () =>
      attempt(() => store.invalidateAll(), NO_DEADLINE).catch(() => {
        pending.addEverything()
        return false
      }),

    health(): StoreHealth {
      const reason = wasClosed ? 'the store was closed' : (awayFor(circuit) ?? pending.reason)
      return reason === undefined ? { isUsable: true } : { isUsable: false, reason }
    },

    async close() {
      if (wasClosed) return
      wasClosed = true
      if (shared === undefined) pending.end()
    },
  }
}

function closed(): CacheError {
  return new CacheError('STORE_UNAVAILABLE', 'the store was closed')
}

function awayFor(circuit: Circuit): string | undefined {
  return circuit.isClosed ? undefined : `the store is away; the last failure: ${messageOf(circuit.lastFailure)}`
}
