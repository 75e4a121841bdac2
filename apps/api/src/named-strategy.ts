import { createCache } from 'cache-core'
import type { Redis } from 'ioredis'
import { type StrategyName, strategies } from 'strategies'
import { observedStore } from './observed-store.ts'
import { representationCodec } from './representation.ts'
import type { ServedStrategy } from './served-strategy.ts'

/** A strategy of the table, over Redis or, without a client, over memory. */
export function namedStrategy(name: StrategyName, client: Redis | undefined, prefix: string): ServedStrategy {
  const { title, read, write, tunable, store, breaks } = strategies[name]
  // Whether anything is kept is the strategy's, however it is tuned.
  const keepsNothing = read({ ttlMs: 60_000, leaseMs: 2_000 }).lifetime === undefined
  return {
    name,
    title,
    library: 'cache-core',
    storeKind: keepsNothing ? 'none' : client ? 'redis' : 'memory',
    tunable,
    breaks,
    read,
    write,
    settle: (tuning) => tuning,
    open(counters, beforeUse) {
      const opened = store({
        client,
        prefix,
        onFailure: () => counters.counts.errors++,
        onEvict: () => counters.counts.evictions++,
        ...(beforeUse && { beforeUse }),
      })
      const observed = observedStore(opened, counters)
      return {
        cache: (tuning) =>
          createCache({ store: observed, read: read(tuning), write: write(), codec: representationCodec }),
        store: observed,
        async close() {},
      }
    },
  }
}
