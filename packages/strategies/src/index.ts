export type { Backend } from './backends.ts'
export { defaultTuning, type Strategy, strategies, type Tuning, tunables } from './strategies.ts'
export { CEILING, type StrategyName, strategyNames } from './strategy-names.ts'
