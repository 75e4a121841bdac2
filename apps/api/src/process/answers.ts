import { invalidateInMemory } from '../routes/cache.ts'
import type { LiveParts } from '../routes/live.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { FigureCollector } from '../telemetry/figures.ts'
import { resetHere } from '../telemetry/reset-counters.ts'
import type { StoreServer } from '../telemetry/store-server.ts'
import type { Questions } from './messages.ts'

/** How a process answers what the others ask. Their requests are validated already. */
export function answersOf(
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  collector: FigureCollector,
  { events, load }: LiveParts,
): Questions {
  return {
    report: () => collector.report(),
    tune: (strategy, change) => instances.named(strategy).tune(change),
    reset: (strategies, atMs, evicted) => resetHere(instances, storeServer, strategies, atMs, evicted),
    invalidateMemory: (strategies, what) =>
      invalidateInMemory(
        strategies.map((name) => instances.named(name)),
        what,
      ),
    mark: (mark) => events.mark(mark),
    load: (runs) => load.show(runs),
  }
}
