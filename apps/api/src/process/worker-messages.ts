import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { StoreServer } from '../telemetry/store-server.ts'
import type { WorkerMessage } from './cluster.ts'

/** Carries out a message that another process received and validated. */
export function handleMessages(instances: StrategyInstances, storeServer: StoreServer | undefined) {
  return (message: WorkerMessage): void => {
    switch (message.do) {
      case 'tune':
        instances.named(message.strategy).tune(message.change)
        return
      case 'reset':
        for (const name of message.strategies) {
          instances.named(name).counters.reset()
          storeServer?.reset(name)
        }
    }
  }
}
