import type { Api } from '../http/api-types.ts'
import { badRequest, shown } from '../http/problem.ts'
import { readId, readIds, readNumber, readQuery, searchOf } from '../http/query.ts'
import { allPosts, PageResource, PostResource } from '../posts/resources.ts'
import { type Serving, servePosts } from '../posts/serve-posts.ts'
import { serveSeveral } from '../posts/serve-several.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'

export const MAX_PAGE = 1_000

/** The cached routes `GET /api/posts` and `GET /api/posts/:id`. */
export function readPostsRoutes(app: Api, instances: StrategyInstances, serving: Serving): void {
  app.get('/api/posts/:id', (context) => {
    const arrivedAt = performance.now()
    const resource = new PostResource(readId(context.req.param('id')))
    const search = searchOf(context.req.url)
    const instance = instances.bySearch(search) ?? instances.byParameter(readQuery(search, ['strategy']).strategy)
    return servePosts(context, instance, resource, serving, arrivedAt)
  })

  app.get('/api/posts', (context) => {
    const arrivedAt = performance.now()
    const search = searchOf(context.req.url)
    const known = instances.bySearch(search)
    if (known !== undefined) return servePosts(context, known, allPosts, serving, arrivedAt)
    const query = readQuery(search, ['strategy', 'limit', 'after', 'ids'])
    const instance = instances.byParameter(query.strategy)
    if (query.ids !== undefined) {
      const ids = readIds('ids', query.ids)
      if (query.limit === undefined && query.after === undefined)
        return serveSeveral(context, instance, ids, serving, arrivedAt)
      throw badRequest('bad-parameter', `ids is ${shown(query.ids)}; give either ids or a page, with limit and after`)
    }
    const limit = readNumber('limit', query.limit, 1, MAX_PAGE)
    const after = readNumber('after', query.after, 0)
    if (limit === undefined && after !== undefined) {
      throw badRequest('limit-needed', `after is for pages; also give limit, from 1 to ${MAX_PAGE}`)
    }
    const resource = limit === undefined ? allPosts : new PageResource(limit, after ?? 0, query.strategy)
    return servePosts(context, instance, resource, serving, arrivedAt)
  })
}
