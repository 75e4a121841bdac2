import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api } from '../http/api-types.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { chosenStrategy, readOptionalJson } from '../http/read-json.ts'
import { broadcast } from '../process/cluster.ts'
import type { Runtimes } from '../strategies/runtimes.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import { type Evictions, evictionsOf } from '../telemetry/redis-evictions.ts'

export const resetRequest = z.strictObject({ strategy: chosenStrategy })

const TITLES = { redis: 'Redis', memcached: 'memcached' } as const
const startedAt = new Date()

/** Counters per strategy, and their reset. */
export function statsRoutes(
  app: Api,
  runtimes: Runtimes,
  adminToken: string | undefined,
  evictions: Evictions | undefined,
  log: AccessLog,
): void {
  app.get('/api/stats', async (context) => {
    readQuery(searchOf(context.req.url), [])
    await evictions?.refresh()
    const strategies = Object.fromEntries(
      runtimes.all.map((runtime) => {
        return [runtime.name, { ...runtime.counters.snapshot(), evictions: evictionsOf(runtime, evictions) }]
      }),
    )
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
    const chosen = strategy === undefined ? runtimes.all : [runtimes.named(strategy)]
    await evictions?.refresh()
    for (const runtime of chosen) {
      runtime.counters.reset()
      evictions?.reset(runtime.name)
    }
    const reset = chosen.map((runtime) => runtime.name)
    broadcast({ do: 'reset', strategies: reset })
    log.action('stats reset', { strategy: strategy ?? 'all' })
    return context.json({ reset })
  })
}
