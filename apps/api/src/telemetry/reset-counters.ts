import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { StoreServer } from './store-server.ts'

/** Sets the counters of these strategies to 0 in all processes. One that does not answer in time does it later. */
export async function resetEverywhere(
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  processes: Processes,
  strategies: readonly string[],
): Promise<void> {
  await storeServer?.refresh()
  const [atMs, evicted] = [Date.now(), storeServer?.evicted ?? null]
  resetHere(instances, storeServer, strategies, atMs, evicted)
  await processes.askOthers(ANSWER_WITHIN_MS, 'reset', strategies, atMs, evicted)
}

/** Sets the counters of these strategies to 0 in this process. */
export function resetHere(
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  strategies: readonly string[],
  atMs: number,
  evicted: number | null,
): void {
  for (const name of strategies) {
    instances.named(name).counters.reset(new Date(atMs))
    if (evicted !== null) storeServer?.reset(name, evicted)
  }
}
