import { CacheError } from 'cache-core'
import { z } from 'zod'
import { requireAdmin } from '../http/admin.ts'
import type { Api } from '../http/api-types.ts'
import { badRequest, byReason, Problem } from '../http/problem.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { chosenStrategy, readOptionalJson } from '../http/read-json.ts'
import { isKnownKey, isKnownTag } from '../posts/resources.ts'
import { warm } from '../posts/warm.ts'
import { ANSWER_WITHIN_MS, type Processes } from '../process/processes.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'

const MAX_NAMES = 1_000
const MAX_NAME = 200
const names = (description: string) =>
  z
    .array(z.string().min(1).max(MAX_NAME))
    .max(MAX_NAMES)
    .optional()
    .meta({ description: `${description}. At most ${MAX_NAMES}, each of 1 to ${MAX_NAME} characters` })

export const invalidateRequest = z.strictObject({
  strategy: chosenStrategy,
  keys: names(
    'Keys of entries: post:42, posts, posts?limit=20&after=40, authors, fragment:posts, fragment:authors, page:/posts',
  ),
  tags: names('Tags of entries: posts, which lists, pages and the report carry'),
  all: z.boolean().optional().meta({ description: 'Whether every entry is invalidated. Default false' }),
})

const MAX_IDS = 10_000

export const warmRequest = z.strictObject({
  strategy: chosenStrategy,
  ids: z
    .array(z.int().min(1).max(Number.MAX_SAFE_INTEGER))
    .max(MAX_IDS)
    .optional()
    .meta({ description: `Ids of posts, at most ${MAX_IDS}. Default 1 to 1000` }),
})

/** Manual invalidation and warming. */
export function cacheRoutes(
  app: Api,
  instances: StrategyInstances,
  adminToken: string | undefined,
  processes: Processes,
  log: AccessLog,
): void {
  const chosen = (strategy: string | undefined) =>
    strategy === undefined ? instances.all : [instances.named(strategy)]

  app.post('/api/cache/invalidate', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy, keys = [], tags = [], all = false } = await readOptionalJson(context, invalidateRequest)
    if (!all && keys.length + tags.length === 0) {
      throw badRequest('nothing-to-invalidate', 'give keys, tags, or all: true')
    }
    const strategies = chosen(strategy)
    const { delivered, failure } = await invalidateUnder(strategies, { keys, tags, all }, processes)
    if (failure !== undefined) throw failure
    log.action('invalidated', {
      strategy: strategy ?? 'all',
      ...(!delivered && { delivered }),
      ...(all ? { everything: true } : { keys: some(keys), tags: some(tags) }),
    })
    return context.json({
      strategies: strategies.map((instance) => instance.name),
      keys,
      tags,
      all,
      delivered,
      given: { keys: keys.length, tags: tags.length },
      known: { keys: keys.filter(isKnownKey).length, tags: tags.filter(isKnownTag).length },
    })
  })

  app.post('/api/cache/warm', async (context) => {
    requireAdmin(context, adminToken)
    readQuery(searchOf(context.req.url), [])
    const { strategy, ids } = await readOptionalJson(context, warmRequest)
    const strategies = chosen(strategy)
    const warmed: Awaited<ReturnType<typeof warm>>[] = []
    // One after another: warming must not starve concurrent readers.
    for (const instance of strategies) warmed.push(await warm(instance, ids))
    const sum = (of: 'loaded' | 'found') => warmed.reduce((total, one) => total + one[of], 0)
    log.action('warmed', { strategy: strategy ?? 'all', loaded: sum('loaded'), found: sum('found') })
    return context.json({ strategies: warmed })
  })
}

/** The first 10, for a log line. */
function some(names: readonly string[]): readonly string[] {
  return names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names
}

export interface What {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly all: boolean
}

interface Invalidation {
  /**
   * The strategies whose store has confirmed it; with a store in memory, in every process. The page's `memory` layer in a process that
   * does not answer may still follow.
   */
  readonly confirmed: readonly string[]
  /**
   * Whether all stores confirmed it, and all processes what only they have in memory. A store delivers a pending invalidation
   * before it is used again; a process that does not answer in time, once it can.
   */
  readonly delivered: boolean
  /** Why it failed under a strategy and is not retried: a Problem 503, or an unexpected error. */
  readonly failure?: unknown
}

export async function invalidateUnder(
  strategies: readonly StrategyInstance[],
  what: What,
  processes: Processes,
): Promise<Invalidation> {
  const elsewhere = processes.askOthers(
    ANSWER_WITHIN_MS,
    'invalidateMemory',
    strategies.map(({ name }) => name),
    what,
  )
  const attempts = await Promise.allSettled(strategies.map((instance) => invalidate(instance, what)))
  const { areAll } = await elsewhere
  const isDone = (i: number) => {
    const attempt = attempts[i]!
    return attempt.status === 'fulfilled' && attempt.value && (areAll || strategies[i]!.storeKind !== 'memory')
  }
  const confirmed = strategies.filter((_, i) => isDone(i)).map(({ name }) => name)
  const failures: { name: string; why: string }[] = []
  for (const [i, attempt] of attempts.entries()) {
    const { name, strategy } = strategies[i]!
    if (attempt.status === 'rejected') {
      const failure: unknown = attempt.reason
      if (!(failure instanceof CacheError && failure.code === 'COMMAND_REFUSED')) {
        return { confirmed, delivered: false, failure }
      }
      failures.push({ name, why: failure.message })
    } else if (!attempt.value && strategy.library !== 'cache-core') {
      // cache-core's stores keep undelivered invalidations and deliver them later. Other libraries do not.
      failures.push({ name, why: `${strategy.library} could not deliver it, and does not retry` })
    }
  }
  if (failures.length === 0) return { confirmed, delivered: areAll && confirmed.length === strategies.length }
  const undone = byReason(failures).map((under) => `not invalidated ${under}`)
  const failure = new Problem({ status: 503, code: 'not-invalidated', detail: undone.join('; ') })
  return { confirmed, delivered: false, failure }
}

async function invalidate(instance: StrategyInstance, { keys, tags, all }: What): Promise<boolean> {
  const isKept = instance.storeKind !== 'none'
  let delivered = !isKept || (await instance.cache.invalidate({ keys, tags }))
  await instance.invalidateMemory({ keys, tags })
  if (!all) return delivered
  await instance.invalidateMemory('all')
  if (isKept) delivered = (await instance.cache.invalidateAll()) && delivered
  // Reloaded posts start again at version 1. Nothing older is cached now, so the recorded writes are obsolete.
  instance.writes?.forget()
  return delivered
}

/** Invalidates what only this process has. */
export async function invalidateInMemory(instances: readonly StrategyInstance[], what: What): Promise<void> {
  const { keys, tags, all } = what
  for (const instance of instances) {
    if (instance.storeKind === 'memory') await invalidate(instance, what)
    else await instance.invalidateMemory(all ? 'all' : { keys, tags })
  }
}
