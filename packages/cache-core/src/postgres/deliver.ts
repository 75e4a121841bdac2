import type { InvalidationTarget } from '../ports/invalidation-source.ts'
import type { Invalidation } from './outbox-table.ts'

/**
 * Delivers an invalidation to all targets, even if one of them is unavailable.
 *
 * @throws the error of the first target that failed, or Error if it did not acknowledge everything
 */
export async function deliver(targets: readonly InvalidationTarget[], invalidation: Invalidation): Promise<void> {
  const outcomes = await Promise.allSettled(targets.map((target) => deliverTo(target, invalidation)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function deliverTo(target: InvalidationTarget, { keys, tags, everything }: Invalidation): Promise<void> {
  if (everything) check(await target.invalidateAll())
  // With `everything`, the tags too: entries elsewhere may carry them.
  check(await target.invalidate(everything ? [] : keys, tags))
}

function check(acknowledged: boolean): void {
  if (!acknowledged) throw new Error('the store did not acknowledge an invalidation')
}
