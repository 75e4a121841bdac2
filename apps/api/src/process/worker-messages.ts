import type { Runtimes } from '../strategies/runtimes.ts'
import type { Evictions } from '../telemetry/redis-evictions.ts'
import type { WorkerMessage } from './cluster.ts'

/** Carries out a message that another process received and validated. */
export function handleMessages(runtimes: Runtimes, evictions: Evictions | undefined) {
  return (message: WorkerMessage): void => {
    switch (message.do) {
      case 'tune':
        runtimes.named(message.strategy).tune(message.change)
        return
      case 'reset':
        for (const name of message.strategies) {
          runtimes.named(name).counters.reset()
          evictions?.reset(name)
        }
    }
  }
}
