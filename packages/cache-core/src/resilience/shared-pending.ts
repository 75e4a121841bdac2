import type { PendingInvalidations } from './pending-invalidations.ts'

/** Prefixes whose last store was closed with pending invalidations. Their next store must serve no stale entries. */
const leftUnflushed = new WeakMap<object, Set<string>>()

/** The pending invalidations of the stores on one client, by prefix: stores on the same entries wait for all of them. */
export class SharedPending {
  readonly #client: object
  readonly #shared = new Map<string, { readonly pending: PendingInvalidations; users: number }>()

  constructor(client: object) {
    this.#client = client
  }

  of(prefix: string): PendingInvalidations | undefined {
    return this.#shared.get(prefix)?.pending
  }

  /** Adds a store to the users of a prefix. Each store that joins must call `leave` once. */
  join(prefix: string, make: () => PendingInvalidations): PendingInvalidations {
    const shared = this.#shared.get(prefix) ?? { pending: make(), users: 0 }
    this.#shared.set(prefix, shared)
    if (leftUnflushed.get(this.#client)?.delete(prefix)) shared.pending.addEverything()
    shared.users++
    return shared.pending
  }

  leave(prefix: string): void {
    const shared = this.#shared.get(prefix)
    if (shared === undefined || --shared.users > 0) return
    this.#shared.delete(prefix)
    if (!shared.pending.end()) return
    const left = leftUnflushed.get(this.#client) ?? new Set()
    leftUnflushed.set(this.#client, left.add(prefix))
  }

  requestCatchUp(): void {
    for (const { pending } of this.#shared.values()) pending.requestCatchUp()
  }

  flush(): void {
    for (const { pending } of this.#shared.values()) void pending.flush()
  }
}
