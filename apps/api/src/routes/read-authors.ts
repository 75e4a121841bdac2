import type { Api } from '../http/api-types.ts'
import { readQuery, searchOf } from '../http/query.ts'
import { authorsReport } from '../posts/resources.ts'
import { type Serving, servePosts } from '../posts/serve-posts.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'

/** `GET /api/authors`: posts and words per author. Its load is expensive. */
export function readAuthorsRoute(app: Api, instances: StrategyInstances, serving: Serving): void {
  app.get('/api/authors', (context) => {
    const arrivedAt = performance.now()
    const search = searchOf(context.req.url)
    const instance = instances.bySearch(search) ?? instances.byParameter(readQuery(search, ['strategy']).strategy)
    return servePosts(context, instance, authorsReport, serving, arrivedAt)
  })
}
