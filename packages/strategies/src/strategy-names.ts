/**
 * The one list of the strategies compared here, in the order tables show them. No imports: k6 reads this file too.
 */
export const strategyNames = [
  'no-cache',
  'cache-aside',
  'manual-invalidation',
  'write-through',
  'stampede-lock',
  'naive-invalidation',
  'naive-write-through',
  'naive-lock',
] as const

export type StrategyName = (typeof strategyNames)[number]
