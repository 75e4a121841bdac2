import type { InvalidationTarget } from '../ports/invalidation-source.ts'
import { deliver } from './deliver.ts'
import type { Invalidation } from './outbox-table.ts'

/** A store that is attached to an outbox. */
export interface Attached {
  readonly target: InvalidationTarget
  /** The run of the store's server, once known. */
  run?: string
  /** The runs of all attached stores at the time of the last replay to this store. */
  replayedTo?: string
  readonly caughtUp: PromiseWithResolvers<void>
}

/** Delivers an invalidation to all stores. Resolves with the runs that acknowledged it. */
export async function deliverToAll(
  stores: readonly Attached[],
  invalidation: Invalidation,
): Promise<string | undefined> {
  if (stores.length === 0) throw new Error('no store is attached any longer')
  const before = runsOf(stores) // a run that starts meanwhile may not have received it
  await deliver(
    stores.map(({ target }) => target),
    invalidation,
  )
  return before
}

/** Resolves with all attached stores once each has reported its server's run. Includes stores attached meanwhile. */
export async function askedStores(attached: ReadonlySet<Attached>): Promise<Attached[]> {
  for (;;) {
    const stores = [...attached]
    await Promise.all(stores.map(askRun))
    if (stores.length === attached.size && stores.every((store) => attached.has(store))) return stores
  }
}

async function askRun(store: Attached): Promise<void> {
  const run = await store.target.serverRun?.()
  if (run !== undefined) store.run = run
}

/**
 * The runs of these stores' servers. One per store, even on the same server: a delivery to one store differs from a delivery to
 * two. `undefined` if a run is not known yet, or there are no servers.
 */
export function runsOf(stores: readonly Attached[]): string | undefined {
  const runs = stores.filter(({ target }) => target.serverRun !== undefined).map(({ run }) => run)
  return runs.length === 0 || runs.includes(undefined) ? undefined : runs.join(' ')
}
