import type { InvalidationTarget } from '../ports/invalidation-source.ts'
import type { Invalidation } from './outbox-table.ts'

/** Names in one call of a store, which has one deadline for all of them. */
const NAMES_AT_ONCE = 500

/**
 * Invalidates all of it in each of the targets: one that is away keeps it from none of the others.
 *
 * @throws what the first that failed threw, or Error when it did not acknowledge all of it
 */
export async function deliver(targets: readonly InvalidationTarget[], invalidation: Invalidation): Promise<void> {
  const outcomes = await Promise.allSettled(targets.map((target) => deliverTo(target, invalidation)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function deliverTo(target: InvalidationTarget, { keys, tags, everything }: Invalidation): Promise<void> {
  if (everything) check(await target.invalidateAll())
  else for (const some of parts(keys)) check(await target.invalidate(some, []))
  // Everything's too, by name: there may be entries elsewhere that carry them.
  for (const some of parts(tags)) check(await target.invalidate([], some))
}

function* parts(names: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < names.length; i += NAMES_AT_ONCE) yield names.slice(i, i + NAMES_AT_ONCE)
}

function check(acknowledged: boolean): void {
  if (!acknowledged) throw new Error('the store did not acknowledge an invalidation')
}
