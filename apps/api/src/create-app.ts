import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { PostsDatabase } from 'posts-db'
import { type AccessLog, accessLog } from './access-log.ts'
import type { Api, ApiEnv } from './api-types.ts'
import { errorHandler } from './errors.ts'
import { createMetrics } from './metrics.ts'
import { notFoundHandler } from './not-found.ts'
import type { Evictions } from './redis-evictions.ts'
import { routesOf } from './route-list.ts'
import { cacheRoutes } from './routes/cache.ts'
import { healthRoutes, type Parts } from './routes/health.ts'
import { indexPageRoute } from './routes/index-page.ts'
import { metricsRoute } from './routes/metrics.ts'
import { openApiRoute } from './routes/openapi.ts'
import { readAuthorsRoute } from './routes/read-authors.ts'
import { readPostsRoutes } from './routes/read-posts.ts'
import { statsRoutes } from './routes/stats.ts'
import { strategiesRoutes } from './routes/strategies.ts'
import { writePostsRoutes } from './routes/write-posts.ts'
import type { Runtimes } from './runtimes.ts'

export interface AppDeps {
  readonly runtimes: Runtimes
  readonly logger: Logger
  /** Default: one that writes to `logger`. */
  readonly log?: AccessLog
  readonly adminToken?: string | undefined
  readonly parts: Parts
  /** Undefined where memory is used. */
  readonly evictions?: Evictions | undefined
  /** For metrics. */
  readonly pool?: PostsDatabase['pool'] | undefined
}

/** The HTTP API over what it is handed; opens nothing, so that tests call `app.request()` without a port. */
export function createApp({ runtimes, logger, log = accessLog(logger), adminToken, ...deps }: AppDeps): Api {
  const { parts, evictions, pool } = deps
  // Not strict: a trailing slash is accepted.
  const app: Api = new Hono<ApiEnv>({ strict: false })
  readPostsRoutes(app, runtimes, log)
  readAuthorsRoute(app, runtimes, log)
  writePostsRoutes(app, runtimes, log)
  strategiesRoutes(app, runtimes, adminToken, log)
  statsRoutes(app, runtimes, adminToken, evictions, log)
  cacheRoutes(app, runtimes, adminToken, log)
  healthRoutes(app, parts)
  metricsRoute(app, createMetrics(runtimes, pool, evictions))
  openApiRoute(app)
  indexPageRoute(app)
  app.notFound(notFoundHandler(routesOf(app), log))
  app.onError(errorHandler(logger, log))
  return app
}
