import { bytesCodec, type CachingStrategy, createCache, guaranteeOf, type ReadStrategy } from 'cache-core'
import type { MemcacheClient } from 'cache-core/memcached'
import { inspectKey, redisWriteLog } from 'cache-core/redis'
import type { Redis } from 'ioredis'
import { defaultTuning, type StrategyName, strategies } from 'strategies'
import { representationCodec } from '../posts/representation.ts'
import { observedStore } from '../telemetry/observed-store.ts'
import { inspectStore, isNear } from './inspected.ts'
import type { ReadBy, RuntimeTuning, StrategyProvider } from './strategy-provider.ts'

/** Flushers poll each bucket, and on a single server more buckets gain nothing. */
const BUCKETS = 4

/** A named strategy over Redis, memcached or, without a client, memory. */
export function namedStrategy(
  name: StrategyName,
  client: Redis | undefined,
  prefix: string,
  memcached?: MemcacheClient,
): StrategyProvider {
  const { title, read, write, queuesWrites, tunable, store, storeKind, hasNoLeases, breaks } = strategies[name]
  const anyRead = read(defaultTuning)
  const keepsNothing = anyRead.lifetime === undefined
  const isQueued = queuesWrites === true && client !== undefined
  // No store is open yet. Its kind decides for which readers the guarantee holds, but not for which reads.
  const ofStore = { where: 'this process', readAfterWriteOf: breaks === undefined ? 'keys and tags' : 'none' } as const
  const { readAfterWriteOf } = guaranteeOf(anyRead, write(), { guarantee: ofStore })
  const backendKind = client ? 'redis' : memcached ? 'memcached' : 'memory'
  const kind = storeKind === 'tiered' && backendKind !== 'redis' ? backendKind : (storeKind ?? backendKind)
  return {
    name,
    title,
    library: 'cache-core',
    storeKind: keepsNothing ? 'none' : kind,
    sharesLeases: (kind === 'redis' || kind === 'tiered') && !keepsNothing && !hasNoLeases,
    tunable,
    readAfterWriteOf,
    breaks,
    note: queuesWrites && !isQueued ? 'writes synchronously, since the queue of its writes needs Redis' : undefined,
    read,
    write: () => (isQueued ? { name } : write()),
    effectiveTuning: (tuning) => tuning,
    open(counters, reports, { outbox, highestStoredId }) {
      const writeLog = isQueued ? redisWriteLog({ client, prefix, buckets: BUCKETS, highestStoredId }) : undefined
      const opened = store({
        client,
        memcached,
        prefix,
        writeLog,
        onFailure: () => counters.counts.errors++,
        onEvict: () => counters.counts.evictions++,
        ...(outbox && { outbox }),
      })
      const observed = observedStore(opened, counters)
      const cacheReading = (by: ReadStrategy, on = reports.on) =>
        createCache({
          ...reports,
          on,
          store: observed,
          read: by,
          write: write(writeLog),
          codec: representationCodec,
        })
      return {
        cache: (tuning) => cacheReading(read(tuning)),
        // Pages are only read, and no queue has any of them.
        pages: (tuning) =>
          createCache({ ...reports, store: observed, read: read(tuning), write: write(), codec: bytesCodec }),
        ...(!keepsNothing && {
          cacheReadBy: (tuning: RuntimeTuning, by: ReadBy) =>
            cacheReading(by.read(read(tuning) as CachingStrategy), by.on),
        }),
        store: observed,
        async inspect(key, tags) {
          // A naive form has no leases, and other names in Redis.
          if (client === undefined || keepsNothing || breaks !== undefined || kind === 'memory') {
            return inspectStore(opened, key, tags)
          }
          const { lease = null, ...found } = await inspectKey(
            { client, prefix, ...(isQueued && { buckets: BUCKETS }) },
            key,
            tags,
          )
          return { ...found, lease, isNear: isNear(opened, key, tags) }
        },
        writeLog,
        async close() {
          await observed.close?.()
          writeLog?.close()
        },
      }
    },
  }
}
