/**
 * The only list of the compared strategies, in the order of the tables. No imports: k6 reads this file too.
 */
export const strategyNames = [
  'no-cache',
  'cache-aside',
  'manual-invalidation',
  'write-through',
  'stampede-lock',
  'stale-while-revalidate',
  'xfetch',
  'refresh-ahead',
  'tiered',
  'write-behind',
  'naive-invalidation',
  'naive-write-through',
  'naive-lock',
  'always-hit',
] as const

export type StrategyName = (typeof strategyNames)[number]

/** Not a strategy but an upper bound for the speed of a cache. It is shown, but never ranked or recommended. */
export const CEILING = 'always-hit' satisfies StrategyName
