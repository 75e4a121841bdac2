import { CacheError, messageOf, swallowing } from '../errors.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Awaitable, Store, StoreHealth } from '../ports/store.ts'
import { inBatches, type Names } from './batches.ts'
import { flushTo, type Pending, PendingInvalidations } from './pending-invalidations.ts'

export interface ResilienceOptions {
  /** Called for each failed command, with `STORE_UNAVAILABLE` and its cause. */
  readonly onFailure?: (error: CacheError) => void
}

/** Guards a store: runs its commands, or refuses them. A `Circuit` is one. */
export interface Gate {
  readonly runtime: Runtime
  /** Whether commands pass. */
  readonly isClosed: boolean
  /** Why they are refused. */
  readonly trouble: string | undefined
  run<T>(command: () => Awaitable<T>, options?: { readonly deadlineMs: number }): Promise<T>
  onOpened(opened: (cause: unknown) => void): () => void
  onRecovered(recovered: () => void): () => void
  /** The reason and the remedy, if the store refuses until its configuration changes. Default: unknown. */
  misconfiguration?(error: unknown): string | undefined
}

/** Invalidating everything takes many commands. Those of `redisStore` have a deadline each, and need no other. */
const EVERYTHING = { deadlineMs: 60_000 }

/** The pending invalidations of a store behind a circuit, flushed when it is back, and at intervals until then. */
export function pendingFor(store: Store, gate: Gate): PendingInvalidations {
  const ready: Pick<Store, 'invalidate' | 'invalidateAll'> = {
    invalidate: (keys, tags) => gate.run(() => store.invalidate(keys, tags)),
    invalidateAll: () => gate.run(() => store.invalidateAll(), EVERYTHING),
  }
  const pending = new PendingInvalidations((names: Pending) => flushTo(ready, names), gate.runtime)
  pending.whenEnded(gate.onOpened(() => pending.requestCatchUp()))
  pending.whenEnded(gate.onRecovered(() => void pending.flush()))
  return pending
}

/**
 * A store whose failures cost a bypass, and never break a guarantee.
 *
 * Reads reject with `STORE_UNAVAILABLE`, and the cache bypasses the store. Fills and claims count as refused.
 * An invalidation that could not be delivered is pending: **until all are flushed, this process does not use the store**, since
 * it might read an entry that it failed to invalidate. Many keys are invalidated in batches, each with its own deadline; only
 * failed batches become pending.
 *
 * After `close` it refuses all commands with `STORE_UNAVAILABLE`, so that reads bypass it. The caller ends the gate.
 *
 * @param shared pending invalidations shared with other stores on the same entries; the caller ends them. Default its own.
 *
 * @example
 * ```ts
 * import { Circuit, resilientStore, type Store } from 'cache-core'
 *
 * const circuit = new Circuit({ probe: () => redis.ping(), deadlineMs: 500, isOutage: () => true })
 * declare const myStore: Store // of your own, over the same server
 * const store = resilientStore(myStore, circuit)
 * ```
 */
export function resilientStore(
  store: Store,
  gate: Gate,
  options: ResilienceOptions = {},
  shared?: PendingInvalidations,
): Required<Store> {
  const pending = shared ?? pendingFor(store, gate)
  const onFailure = options.onFailure && swallowing(options.onFailure)
  const invalidating = new Set<Promise<unknown>>()
  let wasClosed = false
  const isUsable = () => gate.isClosed && pending.areFlushed && !wasClosed

  /** Reports a failed command, and returns the error for the caller. */
  function failed(error: unknown): CacheError {
    const failure = error instanceof CacheError ? error : unavailable(`the store refused: ${messageOf(error)}`, error)
    onFailure?.(failure)
    return failure
  }

  function attempt<T>(command: () => Awaitable<T>, options?: { readonly deadlineMs: number }): Promise<T> {
    return gate.run(command, options).catch(fail)
  }

  function fail(error: unknown): never {
    throw failed(error)
  }

  /** For optional commands: returns `fallback` on failure, and without trying while the store is unusable. */
  function orElse<T>(fallback: T, command: () => Awaitable<T>): Promise<T> {
    if (!isUsable()) return Promise.resolve(fallback)
    return gate.run(command).catch((error) => {
      failed(error)
      return fallback
    })
  }

  function orRefuse<T>(command: () => Awaitable<T>): Promise<T> {
    if (isUsable()) return attempt(command)
    return Promise.reject(unavailable(wasClosed ? CLOSED : 'the store is unavailable, or has pending invalidations'))
  }

  async function invalidateBatch({ keys, tags }: Names): Promise<boolean> {
    try {
      return await attempt(() => store.invalidate(keys, tags))
    } catch {
      pending.add(keys, tags)
      return false
    }
  }

  async function invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean> {
    if (wasClosed) return refuse(() => pending.add(keys, tags))
    let isConfirmed = true
    // One after the other, so that reads can run in between.
    for (const batch of inBatches(keys, tags)) isConfirmed = (await invalidateBatch(batch)) && isConfirmed
    return isConfirmed
  }

  async function invalidateAll(): Promise<boolean> {
    if (wasClosed) return refuse(() => pending.addEverything())
    try {
      return await attempt(() => store.invalidateAll(), EVERYTHING)
    } catch (error) {
      const { cause } = error as CacheError
      // Not pending: otherwise the cache would be bypassed until the server's configuration changes.
      const why = gate.misconfiguration?.(cause)
      if (why !== undefined) {
        const message = `everything can't be invalidated, and nothing is pending: ${why}`
        throw new CacheError('COMMAND_REFUSED', message, { cause })
      }
      pending.addEverything()
      return false
    }
  }

  /** The invalidation is still pending for other stores on the same entries. */
  function refuse(addToPending: () => void): boolean {
    onFailure?.(unavailable(CLOSED))
    addToPending()
    return false
  }

  /** `close` waits for running invalidations: only they know the batches that are still to be sent. */
  function untilDone(invalidation: () => Promise<boolean>): Promise<boolean> {
    const done = invalidation()
    const settled: Promise<unknown> = done.then(
      () => invalidating.delete(settled),
      () => invalidating.delete(settled),
    )
    invalidating.add(settled)
    return done
  }

  return {
    clock: store.clock,
    guarantee: store.guarantee,

    get: (key, tags) => orRefuse(() => store.get(key, tags)),
    getMany: (keys, tags) =>
      orRefuse(() => store.getMany?.(keys, tags) ?? Promise.all(keys.map((key) => store.get(key, tags)))),
    peek: () => undefined,
    acquire: (key, request) => orRefuse(() => store.acquire(key, request)),

    claim: (key, request) => orElse(undefined, () => store.claim(key, request)),
    fill: (key, fill) => orElse(false, () => store.fill(key, fill)),
    renew: (key, token, leaseMs) => orElse(false, () => store.renew(key, token, leaseMs)),
    release: (key, token) => orElse(undefined, () => store.release(key, token)),

    invalidate: (keys, tags) => untilDone(() => invalidate(keys, tags)),
    invalidateAll: () => untilDone(invalidateAll),

    health(): StoreHealth {
      const reasons = wasClosed ? [CLOSED] : [gate.trouble, pending.reason].filter((reason) => reason !== undefined)
      return reasons.length === 0 ? { isUsable: true } : { isUsable: false, reason: reasons.join('; ') }
    },

    async close() {
      if (wasClosed) return
      wasClosed = true
      await Promise.all(invalidating)
      if (shared === undefined) pending.end()
    },
  }
}

const CLOSED = 'the store was closed'

function unavailable(message: string, cause?: unknown): CacheError {
  return new CacheError('STORE_UNAVAILABLE', message, cause === undefined ? {} : { cause })
}
