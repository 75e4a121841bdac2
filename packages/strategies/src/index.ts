export type { Backend, OwnStorage } from './backends.ts'
export { ENTRY_PREFIX, type KeyValue, LOCK_PREFIX } from './key-value.ts'
export { defaultTuning, type Strategy, strategies, type Tuning, tunables } from './strategies.ts'
export { CEILING, type StrategyName, strategyNames } from './strategy-names.ts'
