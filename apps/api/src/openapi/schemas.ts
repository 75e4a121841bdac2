/** The shapes of what is answered. What is accepted is checked with schemas that stand beside their routes. */
import { strategyNames } from 'strategies'
import { z } from 'zod'
import 'zod-openapi'

const count = z.int().min(0)
const ms = z.number().min(0)

export const post = z
  .object({
    id: z.int().min(1),
    title: z.string(),
    content: z.string(),
    author: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    version: z.int().min(1).meta({ description: '1, then one more with each update' }),
  })
  .meta({ id: 'Post' })

export const posts = z.array(post).meta({ id: 'Posts' })

export const authors = z
  .array(
    z.object({
      author: z.string(),
      posts: z.int().min(1),
      words: count.meta({ description: "Of all their posts' contents" }),
      firstPostAt: z.iso.datetime(),
      lastPostAt: z.iso.datetime(),
      longestPost: z
        .object({ id: z.int().min(1), title: z.string(), words: count })
        .meta({ description: 'The post with the most words; of several, the one with the lowest id' }),
    }),
  )
  .meta({ id: 'Authors' })

export const problem = z
  .object({
    type: z.string().meta({ description: 'Which kind of problem, as a URN' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong, and what would be right' }),
    instance: z.string().optional().meta({ description: 'The path that was asked for, as it was sent' }),
    requestId: z
      .string()
      .meta({ description: "The request's X-Request-Id, or one made here; it stands in the log too" }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

export const strategyName = z
  .union([
    z.enum(strategyNames),
    z
      .string()
      .regex(/^peer:[a-z-]+$/)
      .meta({ description: 'Another library, where the API runs with PEERS=1' }),
  ])
  .meta({ id: 'StrategyName' })

const promise = z.object({
  staleForAtMostMs: ms,
  loadsPerExpiry: z.enum(['one per read', 'one at a time per process', 'one']),
  readAfterWrite: z.boolean(),
  mayLoseWrites: z.boolean(),
  breaks: z.string().optional().meta({ description: 'How the promise is broken; absent: it is kept' }),
})

export const strategy = z
  .object({
    name: strategyName,
    title: z.string(),
    read: z.string(),
    write: z.string(),
    store: z.enum(['redis', 'memory', 'none']),
    promise,
    tuning: z
      .record(z.string(), z.number())
      .meta({ description: 'What is in force, in milliseconds; only what this strategy can be told' }),
  })
  .meta({ id: 'Strategy' })

const quantile = ms.nullable()
const latency = z
  .object({ count, p50: quantile, p95: quantile, p99: quantile, max: quantile })
  .meta({ id: 'Latency', description: 'Milliseconds; null without a single read' })

const strategyStats = z
  .object({
    since: z.iso.datetime(),
    reads: count.meta({ description: 'hits + stale + misses + collapsed + bypassed' }),
    hits: count,
    stale: count,
    misses: count,
    collapsed: count,
    bypassed: count,
    failedReads: count.meta({
      description: 'Reads that got no value, since the origin failed; not among reads, nor are those refused',
    }),
    loads: count.meta({ description: "Reads of the origin's rows begun, warming included" }),
    fills: count,
    refusedFills: count,
    invalidations: count,
    errors: count.meta({ description: 'Store commands that failed' }),
    evictions: count,
    writes: count,
    latencyMs: z.object({
      all: latency,
      hit: latency,
      stale: latency,
      miss: latency,
      collapsed: latency,
      bypass: latency,
    }),
  })
  .meta({ id: 'StrategyStats' })

export const stats = z
  .object({
    since: z.iso.datetime().meta({ description: 'When this process started' }),
    strategies: z.record(z.string(), strategyStats),
    store: z.object({ kind: z.enum(['redis', 'memory']), evictionsAreOf: z.string() }),
  })
  .meta({ id: 'Stats' })

export const resetAnswer = z.object({ reset: z.array(strategyName) })

export const invalidateAnswer = z.object({
  strategies: z.array(strategyName),
  keys: z.array(z.string()),
  tags: z.array(z.string()),
  all: z.boolean(),
})

export const warmAnswer = z.object({
  strategies: z.array(
    z.object({
      name: strategyName,
      loaded: count.meta({ description: 'Loaded through the cache, which keeps it unless a write came between' }),
      found: count.meta({ description: 'Was there already' }),
      bypassed: count.meta({ description: 'Loaded past the cache, which did not answer: not kept' }),
      skipped: count.meta({ description: 'The whole list, where it is too long for one answer' }),
      tookMs: ms,
    }),
  ),
})

const state = z.enum(['up', 'down', 'not used'])
export const readiness = z.object({
  status: z.enum(['ready', 'degraded', 'not ready']),
  parts: z.object({
    database: state,
    redis: state,
    outbox: z
      .object({
        state: z.enum(['up', 'behind', 'down']),
        undelivered: count.nullable().meta({ description: 'Changes whose invalidation nobody has confirmed yet' }),
        lagSeconds: z.number().min(0).nullable().meta({ description: 'For how long the oldest of them has been due' }),
      })
      .meta({ description: 'Changes yet to be delivered to the caches; null where the database is away' }),
  }),
})

export const health = z.object({ status: z.literal('ok') })
