import type { AccessLog } from '../access-log.ts'
import type { Api } from '../api-types.ts'
import { readQuery, searchOf } from '../query.ts'
import { AuthorsQuestion } from '../questions.ts'
import type { Runtimes } from '../runtimes.ts'
import { servePosts } from '../serve-posts.ts'

const report = new AuthorsQuestion()

/** `GET /api/authors`: who wrote how much, the read whose load is expensive by itself. */
export function readAuthorsRoute(app: Api, runtimes: Runtimes, log: AccessLog): void {
  app.get('/api/authors', (context) => {
    const arrivedAt = performance.now()
    const search = searchOf(context.req.url)
    const runtime = runtimes.bySearch(search) ?? runtimes.byParameter(readQuery(search, ['strategy']).strategy)
    return servePosts(context, runtime, report, log, arrivedAt)
  })
}
