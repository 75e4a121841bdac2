import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api } from '../http/api-types.ts'
import { Problem } from '../http/problem.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { readJson } from '../http/read-json.ts'
import { unknownName } from '../http/unknown-name.ts'
import { refusePreconditions } from '../posts/preconditions.ts'
import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { RuntimeTuning } from '../strategies/strategy-provider.ts'
import type { AccessLog } from '../telemetry/access-log.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const wholeMs = (min: number, max: number, description: string) => {
  const range = `whole milliseconds from ${min} to ${max}`
  return z
    .int(`give ${range}`)
    .min(min, `give ${range}`)
    .max(max, `give ${range}`)
    .optional()
    .meta({ description: `${description}; ${range}` })
}

/** All settings; each strategy accepts only some of them. */
const changeable = {
  ttlMs: wholeMs(1, DAY_MS, 'How long an entry is fresh, from the start of its load. Existing entries keep their TTL'),
  leaseMs: wholeMs(10, 10 * 60_000, 'How long a reader holds the lease before another may take over'),
  originDelayMs: wholeMs(0, 60_000, 'Added to each load of posts, after the rows have been read'),
  staleMs: wholeMs(0, DAY_MS, 'How long after its TTL an entry may be served stale'),
  beta: z
    .number('give a number from 0 to 100')
    .min(0, 'give a number from 0 to 100')
    .max(100, 'give a number from 0 to 100')
    .optional()
    .meta({ description: 'How early an entry may be refreshed: a factor from 0 (never) to 100; 1 is the optimum' }),
} satisfies Readonly<Record<keyof RuntimeTuning, z.ZodType>> & Readonly<Record<string, z.ZodType>>

export const tuningChange = z.strictObject(changeable)

/** Lists the strategies with their guarantees and tuning, and changes the tuning. */
export function strategiesRoutes(
  app: Api,
  instances: StrategyInstances,
  adminToken: string | undefined,
  processes: Processes,
  log: AccessLog,
): void {
  app.get('/api/strategies', (context) => {
    readQuery(searchOf(context.req.url), [])
    return context.json(instances.all.map((instance) => instance.describe()))
  })

  app.patch('/api/strategies/:name', async (context) => {
    requireAdmin(context, adminToken)
    refusePreconditions(context)
    readQuery(searchOf(context.req.url), [])
    const name = context.req.param('name')
    const instance = instances.find(name)
    if (instance === undefined) {
      throw new Problem({
        status: 404,
        code: 'unknown-strategy',
        detail: unknownName('strategy', name, instances.names),
      })
    }
    const change = await readJson(context, tuningChange, Object.keys(instance.tuning))
    instance.tune(change)
    await processes.askOthers(ANSWER_WITHIN_MS, 'tune', name, change)
    log.action('tuned', { strategy: name, change, tuning: instance.tuning })
    return context.json(instance.describe())
  })
}
