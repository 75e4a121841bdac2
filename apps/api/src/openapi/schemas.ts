/** Schemas of the answers. The schemas of requests are in the files of their routes. */
import { strategyNames } from 'strategies'
import { z } from 'zod'
import 'zod-openapi'
import { loadRequest } from '../live/load-request.ts'

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
    version: z.int().min(1).meta({ description: '1 at creation, plus 1 per update' }),
  })
  .meta({ id: 'Post' })

export const posts = z.array(post).meta({ id: 'Posts' })

export const authors = z
  .array(
    z.object({
      author: z.string(),
      posts: z.int().min(1),
      words: count.meta({ description: "In the contents of all the author's posts" }),
      firstPostAt: z.iso.datetime(),
      lastPostAt: z.iso.datetime(),
      longestPost: z
        .object({ id: z.int().min(1), title: z.string(), words: count })
        .meta({ description: 'The post with the most words; among equals, the one with the lowest id' }),
    }),
  )
  .meta({ id: 'Authors' })

export const problem = z
  .object({
    type: z.string().meta({ description: 'The kind of problem, as a URN' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'The reason, and how to correct the request' }),
    instance: z.string().optional().meta({ description: 'The requested path, as sent' }),
    requestId: z.string().meta({ description: "The request's X-Request-Id, or a generated one; also in the log" }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

export const strategyName = z
  .union([
    z.enum(strategyNames),
    z
      .string()
      .regex(/^peer:[a-z-]+$/)
      .meta({ description: 'Another library, if the API runs with PEERS=1' }),
  ])
  .meta({ id: 'StrategyName', description: 'A name that GET /api/strategies lists' })

const loadsPerExpiry = z
  .union([
    z.object({
      atMost: z.int().min(1),
      per: z.enum(['expiry', 'process', 'read']).meta({
        description:
          'read: every read loads; process: that many at the same time in each process; expiry: that many in total',
      }),
    }),
    z.object({
      expected: z.number().min(0).meta({ description: 'The expected mean over many expiries' }),
      per: z.literal('expiry'),
    }),
  ])
  .meta({
    id: 'LoadsPerExpiry',
    description:
      'The number of loads per expiry of one key, over the processes named by where, without concurrent writes',
  })

const guarantee = z
  .object({
    staleForAtMostMs: ms.meta({
      description:
        'The maximum age of a cached value that nothing invalidates, in milliseconds since its load began. ' +
        'After an acknowledged write, readAfterWriteOf applies',
    }),
    readAfterWrite: z.boolean().meta({
      description:
        'In every process, no read of a key or a tag that begins after a write was acknowledged returns an older value',
    }),
    readAfterWriteOf: z.enum(['keys and tags', 'keys', 'none']).meta({
      description: 'The reads for which that holds: of one post (keys), also of lists and reports (tags), or none',
    }),
    where: z
      .enum(['every process', 'this process'])
      .meta({ description: 'The processes whose readers it covers; this process: the one that sends this answer' }),
    othersWithinMs: ms.optional().meta({
      description:
        'Readers in other processes see an acknowledged write within this many milliseconds; ' +
        'absent: immediately, if `where` covers them',
    }),
    loadsPerExpiry,
    mayLoseWrites: z.boolean().meta({ description: 'Whether an acknowledged write may be lost' }),
    breaks: z.string().optional().meta({
      description: 'How a naive form returns old values: it guarantees nothing. Absent: the guarantee holds',
    }),
  })
  .meta({ id: 'Guarantee', description: "The strategy's guarantee with its current store and tuning" })

export const strategy = z
  .object({
    name: strategyName,
    title: z.string(),
    read: z.string(),
    write: z.string(),
    store: z.enum(['redis', 'tiered', 'memcached', 'memory', 'none']).meta({
      description: 'memory: of the process that answers; every process has its own entries and guarantees',
    }),
    promise: guarantee,
    tuning: z
      .record(z.string(), z.number())
      .meta({ description: "The current settings, in milliseconds; only this strategy's own" }),
    note: z.string().optional().meta({
      description: 'What the current store keeps the strategy from doing. Absent: nothing',
    }),
  })
  .meta({ id: 'Strategy' })

const quantile = ms.nullable()
const latency = z
  .object({ count, mean: quantile, p50: quantile, p95: quantile, p99: quantile, max: quantile })
  .meta({ id: 'Latency', description: 'Milliseconds; null without reads' })

const queue = z.object({
  depth: count.meta({ description: 'Acknowledged writes that the database does not have yet' }),
  bytes: count.meta({ description: 'Their size, about' }),
  lagSeconds: z.number().min(0).meta({ description: 'Age of the oldest of them' }),
  deadLetters: count.meta({ description: 'Acknowledged writes that the database refused' }),
})

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
      description: 'Reads that got no value because the origin failed. Neither these nor refused reads count in reads',
    }),
    loads: count.meta({ description: 'Loads started, including those for warming. One of several posts counts once' }),
    fills: count,
    refusedFills: count,
    refreshes: count.meta({ description: 'Background refreshes started' }),
    failedRefreshes: count.meta({
      description: 'Failed background refreshes. Readers got the old value, so they count in no other failure counter',
    }),
    invalidations: count,
    errors: count.meta({ description: 'Store commands that failed' }),
    evictions: count,
    writes: count,
    staleReads: count.meta({ description: 'Reads that returned a value that an acknowledged write had replaced' }),
    staleForMs: latency.meta({ description: 'How long the values of those reads had been replaced' }),
    storeCalls: count.meta({ description: 'Operations sent to a store outside this process, about one command each' }),
    queue: queue.nullable().optional().meta({
      description: 'Under write-behind: the queue of writes, over all processes; null if Redis does not answer',
    }),
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
    since: z.iso
      .datetime()
      .meta({ description: 'When the service started: with several WORKERS, their primary process' }),
    processes: z
      .object({
        answered: count.meta({ description: 'Processes whose figures are included' }),
        of: count.meta({ description: 'Processes that serve this port' }),
      })
      .optional()
      .meta({ description: 'Only with several WORKERS, whose figures are summed' }),
    strategies: z.record(z.string(), strategyStats),
    store: z.object({
      kind: z.enum(['redis', 'memcached', 'memory']),
      evictionsAreOf: z.string(),
      usedBytes: count
        .nullable()
        .meta({ description: 'Memory in use by the whole server; null if it has not answered' }),
      commands: count.nullable().meta({ description: 'Commands processed by the whole server since it started' }),
    }),
  })
  .meta({ id: 'Stats' })

const load = loadRequest.required().extend({
  strategies: z.array(strategyName),
  startedAt: z.iso.datetime(),
  hottestId: z.int().min(1).meta({ description: 'The post that it reads most' }),
  endsAt: z.iso.datetime(),
  sent: count.meta({ description: 'Requests sent' }),
  failed: count.meta({ description: 'Requests answered with 500 or above, or not answered' }),
  skipped: count.meta({ description: 'Requests not sent, since too many were unanswered' }),
})

export const loadState = z
  .object({
    running: load.nullable(),
    last: load.extend({ endedAt: z.iso.datetime(), why: z.enum(['done', 'stopped', 'failed']) }).nullable(),
    hottestId: z.int().min(1).meta({
      description: 'The post that the running or last load reads most, or that a load with the defaults would',
    }),
    limits: z.object({ ratePerSecond: count, seconds: count }),
    defaults: z.record(z.string(), z.number()),
  })
  .meta({ id: 'LoadState' })

const epoch = z.string().nullable()

/** What each strategy keeps under one key. */
export const entries = z.array(
  z.object({
    strategy: strategyName,
    store: z.enum(['redis', 'tiered', 'memcached', 'memory', 'none']),
    state: z.enum(['known', 'unknown']).meta({ description: 'unknown: the library or the store does not show it' }),
    isNear: z.boolean().optional().meta({ description: "Whether this process's memory has it" }),
    entry: z
      .object({
        kind: z.enum(['value', 'absent']),
        version: z
          .number()
          .optional()
          .meta({ description: "A post's version; for a page the next cursor, 0 for none" }),
        etag: z.string().optional(),
        preview: z.string().optional().meta({ description: 'The first 300 characters of the body' }),
        bytes: count,
        ageMs: z.number().meta({ description: 'Since its load began, by the store’s clock' }),
        loadMs: ms,
        freshForMs: z.number().meta({ description: 'Negative: it is stale' }),
        expiresInMs: z.number().nullable().meta({ description: 'When the store removes it; null: not known' }),
        identity: z.string().meta({ description: 'Random: no two fills have the same' }),
        tags: z.array(z.object({ tag: z.string(), carried: epoch, current: epoch, isCurrent: z.boolean() })),
      })
      .nullable()
      .optional(),
    lease: z
      .object({ endsInMs: z.number(), isWaitedFor: z.boolean() })
      .nullable()
      .optional()
      .meta({ description: 'The load that may fill it; null: none. Absent: this store does not show it' }),
  }),
)

export const actions = z.array(
  z.object({
    name: z.string(),
    title: z.string(),
    about: z.string(),
    available: z.boolean(),
    why: z.string().optional().meta({ description: 'Why it is not available' }),
  }),
)

export const actionAnswer = z.object({
  done: z.string(),
  strategies: z.array(strategyName),
  key: z.string().optional().meta({ description: 'The key concerned, if it is one' }),
})

export const resetAnswer = z.object({ reset: z.array(strategyName) })

const numbers = z.object({ keys: count, tags: count })

export const invalidateAnswer = z.object({
  strategies: z.array(strategyName),
  keys: z.array(z.string()),
  tags: z.array(z.string()),
  all: z.boolean(),
  delivered: z.boolean().meta({
    description:
      'Whether every store has confirmed it, and within 500 ms each of several WORKERS. If false, it is delivered before this process uses the store again; until then, reads bypass the store',
  }),
  given: numbers.meta({ description: 'How many keys and tags were given' }),
  known: numbers.meta({
    description:
      'How many of them have a form that this API uses. Entries under others can only belong to another service',
  }),
})

export const warmAnswer = z.object({
  strategies: z.array(
    z.object({
      name: strategyName,
      loaded: count.meta({ description: 'Loaded through the cache, which keeps it unless a write intervenes' }),
      found: count.meta({ description: 'Already cached; stale entries are refreshed in the background' }),
      bypassed: count.meta({ description: 'Loaded, but not kept, because the cache did not answer' }),
      skipped: count.meta({ description: 'The whole list, if it is too long for one answer' }),
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
    memcached: state.meta({
      description:
        "If Redis is not used either, entries are in this process's memory, and guarantees hold only for its readers",
    }),
    outbox: z
      .object({
        state: z.enum(['up', 'behind', 'down']),
        undelivered: count.nullable().meta({ description: 'Changes whose invalidation is not yet confirmed' }),
        lagSeconds: z.number().min(0).nullable().meta({ description: 'How long the oldest of them has been due' }),
      })
      .meta({ description: 'Changes not yet delivered to the caches; null if the database is unreachable' }),
    queue: z
      .object({
        state: z.enum(['up', 'behind', 'dead letters', 'down', 'not used']),
        depth: count.nullable().meta({ description: 'Acknowledged writes that the database does not have yet' }),
        lagSeconds: z.number().min(0).nullable().meta({ description: 'Age of the oldest of them' }),
        deadLetters: count.nullable().meta({ description: 'Acknowledged writes that the database refused' }),
      })
      .meta({ description: 'The queue of write-behind; null if it is not used, or Redis does not answer' }),
    stores: z.array(z.object({ reason: z.string(), strategies: z.array(strategyName) })).meta({
      description: "Why these strategies' reads bypass their store, or what the store can't do; empty if all is well",
    }),
  }),
})

export const health = z.object({ status: z.literal('ok') })
