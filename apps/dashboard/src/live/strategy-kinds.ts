/** Which names are special in a comparison. */
import type { StrategyInfo } from './api-types.ts'

/** Nothing is loaded or written: an upper bound for the speed of a cache, not a strategy. */
const CEILING = 'always-hit'

export const isCeiling = (name: string): boolean => name === CEILING

/** Naive forms have no guard, so a race can leave a stale value in the cache. */
export const isNaive = (name: string): boolean => name.startsWith('naive-')

/** Another library, which has no page of its own. */
export const isPeer = (name: string): boolean => name.startsWith('peer:')

/** What a strategy guarantees, in a few words. */
export function promiseOf({ name, promise }: StrategyInfo): string {
  if (isCeiling(name)) return 'upper bound for measurements, not a strategy'
  if (promise.breaks !== undefined || isNaive(name)) return 'a race can break its guarantee'
  const loss = promise.mayLoseWrites ? '; may lose writes' : ''
  if (promise.readAfterWriteOf === 'none') return `up to one TTL old${loss}`
  const others = promise.othersWithinMs
  if (promise.where === 'this process' || (others !== undefined && others > 0)) {
    const delay = others === undefined ? 'after one TTL' : `within ${others / 1_000} s`
    return `current in this process; others follow ${delay}${loss}`
  }
  return `${promise.readAfterWriteOf === 'keys' ? 'posts current; lists may be stale' : 'current'}${loss}`
}
