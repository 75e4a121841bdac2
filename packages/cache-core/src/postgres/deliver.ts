import type { Store } from '../ports/store.ts'
import type { Invalidation } from './outbox-table.ts'

/** Where invalidations go. */
export type InvalidationTarget = Pick<Store, 'invalidate' | 'invalidateAll'>

/** Names in one call of a store, which has one deadline for all of them. */
const NAMES_AT_ONCE = 500

/** Invalidates all of it. @throws Error when the store did not acknowledge it */
export async function deliver(store: InvalidationTarget, { keys, tags, everything }: Invalidation): Promise<void> {
  if (everything) check(await store.invalidateAll())
  else for (const some of parts(keys)) check(await store.invalidate(some, []))
  // Everything's too, by name: there may be entries elsewhere that carry them.
  for (const some of parts(tags)) check(await store.invalidate([], some))
}

function* parts(names: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < names.length; i += NAMES_AT_ONCE) yield names.slice(i, i + NAMES_AT_ONCE)
}

function check(acknowledged: boolean): void {
  if (!acknowledged) throw new Error('the store did not acknowledge an invalidation')
}
