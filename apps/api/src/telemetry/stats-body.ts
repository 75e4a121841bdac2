import { serviceStartedAt } from '../process/service-start.ts'
import { queueOf } from '../strategies/flushers.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { Figures } from './figures.ts'
import type { StoreServer } from './store-server.ts'

const TITLES = { redis: 'Redis', memcached: 'memcached' } as const

/** The body of `GET /api/stats`. */
export async function statsBody(figures: Figures, instances: StrategyInstances, storeServer: StoreServer | undefined) {
  const all = instances.all.map(async (instance) => {
    const snapshot = figures.totals(instance.name).snapshot()
    const evictions = figures.evictionsOf(instance, storeServer)
    const queue = instance.queue && { queue: await queueOf(instance.queue.log).catch(() => null) }
    return [instance.name, { ...snapshot, evictions, ...queue }] as const
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
  const { processes } = figures
  return { since: serviceStartedAt.toISOString(), ...(processes && { processes }), strategies, store }
}
