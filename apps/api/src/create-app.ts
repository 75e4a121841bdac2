import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { PostsDatabase } from 'posts-db'
import type { Api, ApiEnv } from './http/api-types.ts'
import { errorHandler } from './http/errors.ts'
import { notFoundHandler } from './http/not-found.ts'
import { routesOf } from './http/route-list.ts'
import { actionsOf } from './live/actions.ts'
import { LiveEvents } from './live/live-events.ts'
import { LiveLoad } from './live/live-load.ts'
import { MemoryHits } from './posts/memory-hits.ts'
import { alone, type Processes } from './process/processes.ts'
import { cacheRoutes } from './routes/cache.ts'
import { healthRoutes, type Parts } from './routes/health.ts'
import { indexPageRoute } from './routes/index-page.ts'
import { type LiveParts, liveRoutes } from './routes/live.ts'
import { metricsRoute } from './routes/metrics.ts'
import { openApiRoute } from './routes/openapi.ts'
import { pageRoutes } from './routes/pages.ts'
import { postsPageRoute } from './routes/posts-page.ts'
import { readAuthorsRoute } from './routes/read-authors.ts'
import { readPostsRoutes } from './routes/read-posts.ts'
import { statsRoutes } from './routes/stats.ts'
import { strategiesRoutes } from './routes/strategies.ts'
import { writePostsRoutes } from './routes/write-posts.ts'
import type { StrategyInstances } from './strategies/strategy-instances.ts'
import { type AccessLog, accessLog } from './telemetry/access-log.ts'
import { FigureCollector } from './telemetry/figures.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { resetEverywhere } from './telemetry/reset-counters.ts'
import type { StoreServer } from './telemetry/store-server.ts'
import type { WorkerState } from './worker/worker-state.ts'

/** For how long a scrape waits for other processes: without one of them it has no counters. Prometheus waits 10 s. */
const SCRAPE_WITHIN_MS = 2_000

export interface AppDeps {
  readonly instances: StrategyInstances
  readonly logger: Logger
  /** Default: one that writes to `logger`. */
  readonly log?: AccessLog
  /** That of the server. Default: none is asked. */
  readonly memoryHits?: MemoryHits
  readonly adminToken?: string | undefined
  readonly parts: Parts
  /** Undefined with the memory store. */
  readonly storeServer?: StoreServer | undefined
  /** For metrics: the state of the workers. Undefined with the memory store. */
  readonly worker?: (() => Promise<readonly WorkerState[]>) | undefined
  /** Those that serve the same port. Default: this one alone. */
  readonly processes?: Processes
  /** Of all these processes. Default: one of its own. */
  readonly collector?: FigureCollector
  /** Closed by the caller. Default: one of its own. */
  readonly live?: LiveParts
  /** Kills a process that holds the leases on a key. Undefined if leases are in this process's memory. */
  readonly killLeaseHolder?: ((strategies: readonly string[], key: string) => Promise<readonly string[]>) | undefined
  /** Makes Redis answer nobody for a moment. Undefined if it may have other clients. */
  readonly pauseRedis?: ((ms: number) => Promise<void>) | undefined
  /** The built pages of apps/dashboard. Undefined: `/` is a list of all routes. */
  readonly pagesFolder?: string | undefined
  /** For metrics. */
  readonly pool?: PostsDatabase['pool'] | undefined
}

/** The HTTP API over the given parts. It opens nothing, so that tests can call `app.request()` without a port. */
export function createApp({ instances, logger, log = accessLog(logger), adminToken, ...deps }: AppDeps): Api {
  const {
    parts,
    storeServer,
    pool,
    worker,
    pauseRedis,
    killLeaseHolder,
    pagesFolder,
    processes = alone,
    memoryHits = new MemoryHits(log),
    collector = new FigureCollector(instances, storeServer, processes, logger),
    live = startLive(instances, storeServer, collector, processes),
  } = deps
  // Not strict: a trailing slash is accepted.
  const app: Api = new Hono<ApiEnv>({ strict: false })
  readPostsRoutes(app, instances, { log, memoryHits })
  readAuthorsRoute(app, instances, { log, memoryHits })
  postsPageRoute(app, instances, log)
  writePostsRoutes(app, instances, log)
  strategiesRoutes(app, instances, adminToken, processes, log)
  statsRoutes(app, instances, adminToken, storeServer, collector, processes, log)
  cacheRoutes(app, instances, adminToken, processes, log)
  const actions = actionsOf({
    app,
    hottestId: () => live.load.hottestId,
    pauseRedis,
    killLeaseHolder,
    reset: (strategies) => resetEverywhere(instances, storeServer, processes, strategies),
    processes,
  })
  liveRoutes(app, instances, live, actions, adminToken, processes, log)
  healthRoutes(app, instances, parts)
  // One of its own, so that the page does not wait for a scrape.
  const scraped = new FigureCollector(instances, storeServer, processes, logger, SCRAPE_WITHIN_MS)
  metricsRoute(app, createMetrics(instances, pool, storeServer, scraped, worker))
  openApiRoute(app)
  if (pagesFolder === undefined) indexPageRoute(app)
  else pageRoutes(app, instances.names, collector, pagesFolder)
  app.notFound(notFoundHandler(routesOf(app), log))
  app.onError(errorHandler(logger, log))
  return app
}

/** What the live page uses. It must be closed. */
export function startLive(
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  collector: FigureCollector,
  processes: Processes,
): LiveParts {
  const events = new LiveEvents(instances, storeServer, collector)
  return { events, load: new LiveLoad(instances, events, processes.count, processes.load) }
}
