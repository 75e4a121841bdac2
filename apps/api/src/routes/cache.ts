import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { requireAdmin } from '../admin.ts'
import type { Api } from '../api-types.ts'
import { badRequest } from '../problem.ts'
import { readQuery, searchOf } from '../query.ts'
import { readOptionalJson } from '../read-json.ts'
import type { Runtimes } from '../runtimes.ts'
import type { StrategyRuntime } from '../strategy-runtime.ts'
import { warm } from '../warm.ts'

const MAX_NAMES = 1_000
const names = z.array(z.string().min(1).max(200)).max(MAX_NAMES).optional()

export const invalidateRequest = z.strictObject({
  /** Default: every strategy. */
  strategy: z.string().optional(),
  keys: names,
  tags: names,
  all: z.boolean().optional(),
})

export const warmRequest = z.strictObject({
  /** Default: every strategy. */
  strategy: z.string().optional(),
  /** Default: 1 to 1,000. */
  ids: z.array(z.int().min(1).max(Number.MAX_SAFE_INTEGER)).max(10_000).optional(),
})

/** Invalidating and warming by hand. */
export function cacheRoutes(app: Api, runtimes: Runtimes, adminToken: string | undefined, log: AccessLog): void {
  const chosen = (strategy: string | undefined) => (strategy === undefined ? runtimes.all : [runtimes.named(strategy)])

  app.post('/api/cache/invalidate', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy, keys = [], tags = [], all = false } = await readOptionalJson(context, invalidateRequest)
    if (!all && keys.length + tags.length === 0) {
      throw badRequest('nothing-to-invalidate', 'give keys, tags, or all: true')
    }
    const strategies = chosen(strategy)
    await Promise.all(strategies.map((runtime) => invalidate(runtime, keys, tags, all)))
    log.action('invalidated', {
      strategy: strategy ?? 'all',
      ...(all ? { everything: true } : { keys: some(keys), tags: some(tags) }),
    })
    return context.json({ strategies: strategies.map((runtime) => runtime.name), keys, tags, all })
  })

  app.post('/api/cache/warm', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy, ids } = await readOptionalJson(context, warmRequest)
    const strategies = chosen(strategy)
    const warmed: Awaited<ReturnType<typeof warm>>[] = []
    // One after another: warming should not starve those who read meanwhile.
    for (const runtime of strategies) warmed.push(await warm(runtime, ids))
    const sum = (of: 'loaded' | 'found') => warmed.reduce((total, one) => total + one[of], 0)
    log.action('warmed', { strategy: strategy ?? 'all', loaded: sum('loaded'), found: sum('found') })
    return context.json({ strategies: warmed })
  })
}

/** The first few, for a line in the log. */
function some(names: readonly string[]): readonly string[] {
  return names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names
}

async function invalidate(
  runtime: StrategyRuntime,
  keys: readonly string[],
  tags: readonly string[],
  all: boolean,
): Promise<void> {
  if (runtime.storeKind !== 'none') {
    await runtime.cache.invalidate({ keys, tags })
    if (all) await runtime.cache.invalidateAll()
  }
  // Reloaded posts start at version 1 again. Nothing older than this moment is cached, so nothing is lost by it.
  if (all) runtime.writes?.forget()
}
