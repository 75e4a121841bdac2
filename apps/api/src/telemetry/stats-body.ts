import { queueOf } from '../strategies/flushers.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import { evictionsOf, type StoreServer } from './store-server.ts'

const TITLES = { redis: 'Redis', memcached: 'memcached' } as const
const startedAt = new Date()

export type StatsBody = Awaited<ReturnType<typeof statsBody>>

/** The body of `GET /api/stats`. */
export async function statsBody(instances: StrategyInstances, storeServer: StoreServer | undefined) {
  await storeServer?.refresh()
  const all = instances.all.map(async (instance) => {
    const snapshot = { ...instance.counters.snapshot(), evictions: evictionsOf(instance, storeServer) }
    const queue = instance.queue && { queue: await queueOf(instance.queue.log).catch(() => null) }
    return [instance.name, { ...snapshot, ...queue }] as const
  })
  const strategies = Object.fromEntries(await Promise.all(all))
  const { usedBytes = null, commands = null } = storeServer?.figures ?? {}
  const store = {
    kind: storeServer?.kind ?? 'memory',
    evictionsAreOf:
      storeServer === undefined ? 'the strategy' : `the whole ${TITLES[storeServer.kind]} server, for all its clients`,
    usedBytes,
    commands,
  }
  return { since: startedAt.toISOString(), strategies, store }
}
