import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { requireAdmin } from '../admin.ts'
import type { Api } from '../api-types.ts'
import { tellOthers } from '../cluster.ts'
import { Problem, shown } from '../problem.ts'
import { readQuery, searchOf } from '../query.ts'
import { readJson } from '../read-json.ts'
import type { Runtimes } from '../runtimes.ts'
import type { RuntimeTuning } from '../served-strategy.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const wholeMs = (min: number, max: number) =>
  z.int(`give whole milliseconds from ${min} to ${max}`).min(min).max(max).optional()

/** What some strategy can be told; each takes only some of it. */
const changeable = {
  ttlMs: wholeMs(1, DAY_MS),
  leaseMs: wholeMs(10, 10 * 60_000),
  originDelayMs: wholeMs(0, 60_000),
  staleMs: wholeMs(0, DAY_MS),
  beta: z.number().min(0).max(100).optional(),
} satisfies Readonly<Record<keyof RuntimeTuning, z.ZodType>> & Readonly<Record<string, z.ZodType>>

export const tuningChange = z.strictObject(changeable)

/** Which strategies there are, what they guarantee, and how they are tuned. */
export function strategiesRoutes(app: Api, runtimes: Runtimes, adminToken: string | undefined, log: AccessLog): void {
  app.get('/api/strategies', (context) => {
    readQuery(searchOf(context.req.url), [])
    return context.json(runtimes.all.map((runtime) => runtime.describe()))
  })

  app.patch('/api/strategies/:name', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const name = context.req.param('name')
    const runtime = runtimes.find(name)
    if (runtime === undefined) {
      const detail = `there is no strategy ${shown(name)}; there are ${runtimes.names.join(', ')}`
      throw new Problem({ status: 404, code: 'unknown-strategy', detail })
    }
    const change = await readJson(context, tuningChange)
    runtime.tune(change)
    tellOthers({ do: 'tune', strategy: name, change })
    log.action('tuned', { strategy: name, change, tuning: runtime.tuning })
    return context.json(runtime.describe())
  })
}
