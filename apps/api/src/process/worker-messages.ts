import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { Evictions } from '../telemetry/redis-evictions.ts'
import type { WorkerMessage } from './cluster.ts'

/** Carries out a message that another process received and validated. */
export function handleMessages(instances: StrategyInstances, evictions: Evictions | undefined) {
  return (message: WorkerMessage): void => {
    switch (message.do) {
      case 'tune':
        instances.named(message.strategy).tune(message.change)
        return
      case 'reset':
        for (const name of message.strategies) {
          instances.named(name).counters.reset()
          evictions?.reset(name)
        }
    }
  }
}
