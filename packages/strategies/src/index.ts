export type { Place } from './places.ts'
export { type Strategy, strategies, type Tuning } from './strategies.ts'
export { type StrategyName, strategyNames } from './strategy-names.ts'
