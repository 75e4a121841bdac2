import { CacheError } from '../errors.ts'
import type { InvalidationTarget } from '../ports/invalidation-source.ts'
import type { Invalidation } from './outbox-table.ts'

/** Above this many keys it is simpler to invalidate everything. */
export const MAX_KEYS = 10_000

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

/** Everything includes tags: no entry is left that has an old epoch, nor a lease to fill one. */
async function deliverTo(target: InvalidationTarget, { keys, tags, everything }: Invalidation): Promise<void> {
  if (everything) check(await target.invalidateAll())
  else if (keys.length <= MAX_KEYS || !(await invalidatesAll(target))) check(await target.invalidate(keys, tags))
}

/** Invalidates everything. False: the store may not do that. */
async function invalidatesAll(target: InvalidationTarget): Promise<boolean> {
  try {
    check(await target.invalidateAll())
    return true
  } catch (error) {
    if (isRefused(error)) return false
    throw error
  }
}

/** Whether a store refused to invalidate everything, since it may not use a command for it. */
export function isRefused(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'COMMAND_REFUSED'
}

function check(acknowledged: boolean): void {
  if (!acknowledged) throw new Error('the store did not acknowledge an invalidation')
}
