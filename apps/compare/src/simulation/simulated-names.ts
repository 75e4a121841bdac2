import { type StrategyName, strategies, strategyNames } from 'strategies'

/** The strategies that can be simulated. A queue of writes needs Redis; without one, a strategy writes like another that is in the list. */
export const simulatedNames: readonly StrategyName[] = strategyNames.filter((name) => !strategies[name].queuesWrites)
