import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api } from '../http/api-types.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { chosenStrategy, readOptionalJson } from '../http/read-json.ts'
import type { Processes } from '../process/processes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { FigureCollector } from '../telemetry/figures.ts'
import { resetEverywhere } from '../telemetry/reset-counters.ts'
import { statsBody } from '../telemetry/stats-body.ts'
import type { StoreServer } from '../telemetry/store-server.ts'

export const resetRequest = z.strictObject({ strategy: chosenStrategy })

/** Counters per strategy, and their reset. */
export function statsRoutes(
  app: Api,
  instances: StrategyInstances,
  adminToken: string | undefined,
  storeServer: StoreServer | undefined,
  collector: FigureCollector,
  processes: Processes,
  log: AccessLog,
): void {
  app.get('/api/stats', async (context) => {
    readQuery(searchOf(context.req.url), [])
    return context.json(await statsBody(await collector.collect(), instances, storeServer))
  })

  app.post('/api/stats/reset', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy } = await readOptionalJson(context, resetRequest)
    const chosen = strategy === undefined ? instances.all : [instances.named(strategy)]
    const reset = chosen.map((instance) => instance.name)
    await resetEverywhere(instances, storeServer, processes, reset)
    log.action('stats reset', { strategy: strategy ?? 'all' })
    return context.json({ reset })
  })
}
