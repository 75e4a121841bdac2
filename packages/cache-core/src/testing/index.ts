export { type FakeRuntime, fakeRuntime, settled } from './fake-runtime.ts'
export { type Gate, gate } from './gate.ts'
export { isLost, type Race, type RaceResult, type RacingCache, races, type Stage } from './races.ts'
export { type StoreCase, storeContract } from './store-contract.ts'
