import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { requireAdmin } from '../admin.ts'
import type { Api } from '../api-types.ts'
import { tellOthers } from '../cluster.ts'
import { readQuery, searchOf } from '../query.ts'
import { readOptionalJson } from '../read-json.ts'
import { type Evictions, evictionsOf } from '../redis-evictions.ts'
import type { Runtimes } from '../runtimes.ts'

export const resetRequest = z.strictObject({ strategy: z.string().optional() })

const startedAt = new Date()

/** What happened so far, per strategy. */
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
        : { kind: 'redis', evictionsAreOf: 'the whole Redis server, whoever uses it' }
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
    tellOthers({ do: 'reset', strategies: reset })
    log.action('stats reset', { strategy: strategy ?? 'all' })
    return context.json({ reset })
  })
}
