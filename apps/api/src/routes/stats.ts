import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api } from '../http/api-types.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { chosenStrategy, readOptionalJson } from '../http/read-json.ts'
import { broadcast } from '../process/cluster.ts'
import { queueOf } from '../strategies/flushers.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import { type Evictions, evictionsOf } from '../telemetry/redis-evictions.ts'

export const resetRequest = z.strictObject({ strategy: chosenStrategy })

const TITLES = { redis: 'Redis', memcached: 'memcached' } as const
const startedAt = new Date()

/** Counters per strategy, and their reset. */
export function statsRoutes(
  app: Api,
  instances: StrategyInstances,
  adminToken: string | undefined,
  evictions: Evictions | undefined,
  log: AccessLog,
): void {
  app.get('/api/stats', async (context) => {
    readQuery(searchOf(context.req.url), [])
    await evictions?.refresh()
    const all = instances.all.map(async (instance) => {
      const snapshot = { ...instance.counters.snapshot(), evictions: evictionsOf(instance, evictions) }
      const queue = instance.queue && { queue: await queueOf(instance.queue.log).catch(() => null) }
      return [instance.name, { ...snapshot, ...queue }] as const
    })
    const strategies = Object.fromEntries(await Promise.all(all))
    const store =
      evictions === undefined
        ? { kind: 'memory', evictionsAreOf: 'the strategy' }
        : { kind: evictions.kind, evictionsAreOf: `the whole ${TITLES[evictions.kind]} server, for all its clients` }
    return context.json({ since: startedAt.toISOString(), strategies, store })
  })

  app.post('/api/stats/reset', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy } = await readOptionalJson(context, resetRequest)
    const chosen = strategy === undefined ? instances.all : [instances.named(strategy)]
    await evictions?.refresh()
    for (const instance of chosen) {
      instance.counters.reset()
      evictions?.reset(instance.name)
    }
    const reset = chosen.map((instance) => instance.name)
    broadcast({ do: 'reset', strategies: reset })
    log.action('stats reset', { strategy: strategy ?? 'all' })
    return context.json({ reset })
  })
}
