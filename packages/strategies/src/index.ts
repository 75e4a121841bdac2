export type { Backend } from './backends.ts'
export { type Strategy, strategies, type Tuning, tunables } from './strategies.ts'
export { type StrategyName, strategyNames } from './strategy-names.ts'
