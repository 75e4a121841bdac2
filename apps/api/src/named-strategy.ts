import { createCache, guaranteeOf } from 'cache-core'
import type { Redis } from 'ioredis'
import { type StrategyName, strategies, type Tuning } from 'strategies'
import { observedStore } from './observed-store.ts'
import { representationCodec } from './representation.ts'
import type { ServedStrategy } from './served-strategy.ts'

/** For what is the same however a strategy is tuned. */
const ANY_TUNING: Tuning = { ttlMs: 60_000, leaseMs: 2_000 }

/** A strategy of the table, over Redis or, without a client, over memory. */
export function namedStrategy(name: StrategyName, client: Redis | undefined, prefix: string): ServedStrategy {
  const { title, read, write, tunable, store, breaks } = strategies[name]
  const anyRead = read(ANY_TUNING)
  const keepsNothing = anyRead.lifetime === undefined
  // No store is open yet. Which kind it will be decides for which readers this holds, but not of which reads.
  const ofStore = { where: 'this process', readAfterWriteOf: breaks === undefined ? 'keys and tags' : 'none' } as const
  const { readAfterWriteOf } = guaranteeOf(anyRead, write(), { guarantee: ofStore })
  return {
    name,
    title,
    library: 'cache-core',
    storeKind: keepsNothing ? 'none' : client ? 'redis' : 'memory',
    tunable,
    readAfterWriteOf,
    breaks,
    read,
    write,
    settle: (tuning) => tuning,
    open(counters, outbox) {
      const opened = store({
        client,
        prefix,
        onFailure: () => counters.counts.errors++,
        onEvict: () => counters.counts.evictions++,
        ...(outbox && { outbox }),
      })
      const observed = observedStore(opened, counters)
      return {
        cache: (tuning) =>
          createCache({ store: observed, read: read(tuning), write: write(), codec: representationCodec }),
        store: observed,
        close: async () => observed.close?.(),
      }
    },
  }
}
