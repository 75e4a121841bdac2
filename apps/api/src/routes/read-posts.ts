import type { AccessLog } from '../access-log.ts'
import type { Api } from '../api-types.ts'
import { badRequest } from '../problem.ts'
import { readId, readNumber, readQuery, searchOf } from '../query.ts'
import { ListQuestion, PageQuestion, PostQuestion } from '../questions.ts'
import type { Runtimes } from '../runtimes.ts'
import { servePosts } from '../serve-posts.ts'

export const MAX_PAGE = 1_000

const allPosts = new ListQuestion()

/** `GET /api/posts` and `GET /api/posts/:id`, the routes that are cached. */
export function readPostsRoutes(app: Api, runtimes: Runtimes, log: AccessLog): void {
  app.get('/api/posts/:id', (context) => {
    const arrivedAt = performance.now()
    const question = new PostQuestion(readId(context.req.param('id')))
    const search = searchOf(context.req.url)
    const runtime = runtimes.bySearch(search) ?? runtimes.byParameter(readQuery(search, ['strategy']).strategy)
    return servePosts(context, runtime, question, log, arrivedAt)
  })

  app.get('/api/posts', (context) => {
    const arrivedAt = performance.now()
    const search = searchOf(context.req.url)
    const known = runtimes.bySearch(search)
    if (known !== undefined) return servePosts(context, known, allPosts, log, arrivedAt)
    const query = readQuery(search, ['strategy', 'limit', 'after'])
    const runtime = runtimes.byParameter(query.strategy)
    const limit = readNumber('limit', query.limit, 1, MAX_PAGE)
    const after = readNumber('after', query.after, 0)
    if (limit === undefined && after !== undefined) {
      throw badRequest('limit-needed', `after is for pages; give limit, from 1 to ${MAX_PAGE}, too`)
    }
    const question = limit === undefined ? allPosts : new PageQuestion(limit, after ?? 0)
    return servePosts(context, runtime, question, log, arrivedAt)
  })
}
