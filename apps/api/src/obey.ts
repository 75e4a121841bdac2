import type { Order } from './cluster.ts'
import type { Evictions } from './redis-evictions.ts'
import type { Runtimes } from './runtimes.ts'

/** Does here what another process was asked to do. It was checked there. */
export function obeyOrders(runtimes: Runtimes, evictions: Evictions | undefined) {
  return (order: Order): void => {
    switch (order.do) {
      case 'tune':
        runtimes.named(order.strategy).tune(order.change)
        return
      case 'reset':
        for (const name of order.strategies) {
          runtimes.named(name).counters.reset()
          evictions?.reset(name)
        }
    }
  }
}
