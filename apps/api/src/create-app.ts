import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { PostsDatabase } from 'posts-db'
import { accessLog } from './access-log.ts'
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
  readonly adminToken?: string | undefined
  readonly parts: Parts
  /** Undefined where memory is used. */
  readonly evictions?: Evictions | undefined
  /** For metrics. */
  readonly pool?: PostsDatabase['pool'] | undefined
}

/** The HTTP API over what it is handed; opens nothing, so that tests call `app.request()` without a port. */
export function createApp({ runtimes, logger, adminToken, parts, evictions, pool }: AppDeps): Api {
  // Not strict: a trailing slash is accepted.
  const app: Api = new Hono<ApiEnv>({ strict: false })
  const log = accessLog(logger)
  readPostsRoutes(app, runtimes, log)
  readAuthorsRoute(app, runtimes, log)
  writePostsRoutes(app, runtimes)
  strategiesRoutes(app, runtimes, adminToken)
  statsRoutes(app, runtimes, adminToken, evictions)
  cacheRoutes(app, runtimes, adminToken)
  healthRoutes(app, parts)
  metricsRoute(app, createMetrics(runtimes, pool, evictions))
  openApiRoute(app)
  indexPageRoute(app)
  app.notFound(notFoundHandler(routesOf(app)))
  app.onError(errorHandler(logger))
  return app
}
