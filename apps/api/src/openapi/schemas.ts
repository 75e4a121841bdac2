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

const loadsPerExpiry = z
  .union([
    z.object({
      atMost: z.int().min(1),
      per: z
        .enum(['expiry', 'process', 'read'])
        .meta({ description: 'read: each read loads; process: each runs that many at once; expiry: that many in all' }),
    }),
    z.object({
      expected: z.number().min(0).meta({ description: 'The mean over many expiries, where chance decides' }),
      per: z.literal('expiry'),
    }),
  ])
  .meta({
    id: 'LoadsPerExpiry',
    description: 'How many loads the expiry of one key costs, over all processes, while no write comes between',
  })

const guarantee = z
  .object({
    staleForAtMostMs: ms.meta({
      description:
        'How old a value from the cache may be where nothing invalidates it: milliseconds since its load began. ' +
        'After an acknowledged write readAfterWriteOf counts',
    }),
    readAfterWrite: z.boolean().meta({
      description:
        'No read of a key or a tag, in any process, that begins after a write was acknowledged returns an older value',
    }),
    readAfterWriteOf: z.enum(['keys and tags', 'keys', 'none']).meta({
      description: 'Of which reads that holds: of one post (keys), of lists and reports too (tags), or of none',
    }),
    where: z
      .enum(['every process', 'this process'])
      .meta({ description: 'For the readers of which processes: this process is the one that answers here' }),
    othersWithinMs: ms.optional().meta({
      description:
        'Readers in other processes see an acknowledged write after this many milliseconds at the latest; ' +
        'absent: at once, if at all',
    }),
    loadsPerExpiry,
    mayLoseWrites: z.boolean().meta({ description: 'Whether a write that was acknowledged may be lost' }),
    breaks: z.string().optional().meta({
      description: 'How a naive form returns old values: it guarantees nothing. Absent: the guarantee holds',
    }),
  })
  .meta({ id: 'Guarantee', description: 'What a strategy guarantees, over the store it runs on, as it is tuned now' })

export const strategy = z
  .object({
    name: strategyName,
    title: z.string(),
    read: z.string(),
    write: z.string(),
    store: z.enum(['redis', 'memory', 'none']),
    promise: guarantee,
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
