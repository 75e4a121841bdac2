import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { Drill } from '../drill.ts'
import { countsOf, reportWrong, startPostWriters, storedPosts, untilStored } from '../post-writers.ts'

const STOPPED_MS = 5_000
const STORED_WITHIN_MS = 15_000
/** Written all the time, and cached before. */
const IDS = [11, 12, 13, 14]
const REPLACED = 15
const DELETED = 16
const NOT_CACHED = 17

const pathOf = (id: number) => `posts/${id}?strategy=write-behind`

export const queueWithoutPostgres: Drill = {
  name: 'queue-without-postgres',
  fault: `all Postgres processes are SIGSTOPped for ${STOPPED_MS} ms, while cached posts are written`,
  holds:
    'PATCH, PUT and DELETE of cached posts are acknowledged, and seen in every process; POST, and PATCH of a post that is not cached, answer 503 and queue nothing; then all is stored in order',
  strategies: ['write-behind'],
  // A statement without an answer fails after this and 2 s for cancelling it: before Postgres goes on.
  databaseParameters: 'statement_timeout=500',
  answerWithinMs: STOPPED_MS + 2_000,
  allows: { failures: [503] },
  async inject(system) {
    const { postgres, apis, problem } = system
    const urls = apis.map(({ url }) => url)
    const [api] = apis as [ApiProcess]
    const expectAnswer = async (method: string, path: string, body: object | undefined, wanted: number) => {
      const answer = await fetch(`${api.url}/api/${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', Connection: 'close' },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.status !== wanted) problem(`${method} ${path} answered ${answer.status}, not ${wanted}: ${text}`)
    }
    for (const id of [...IDS, REPLACED, DELETED]) await expectAnswer('GET', pathOf(id), undefined, 200)
    await expectAnswer('POST', 'cache/invalidate', { strategy: 'write-behind', keys: [`post:${NOT_CACHED}`] }, 200)
    const post = { title: 'Replaced', content: 'While Postgres was stopped', author: 'Ann' }

    postgres.suspend()
    const writers = startPostWriters({ urls, ids: IDS, clients: 4, pauseMs: 5 })
    try {
      await Promise.all([
        expectAnswer('PUT', pathOf(REPLACED), post, 200),
        expectAnswer('DELETE', pathOf(DELETED), undefined, 204),
        expectAnswer('POST', 'posts?strategy=write-behind', post, 503),
        expectAnswer('PATCH', pathOf(NOT_CACHED), { title: 'Not queued' }, 503),
        sleep(STOPPED_MS),
      ])
      await expectAnswer('GET', pathOf(DELETED), undefined, 404)
    } finally {
      postgres.resume()
    }
    const seen = await writers.stop()
    await untilStored(api.url, STORED_WITHIN_MS)
    const stored = await storedPosts(system)
    await reportWrong(system, seen, stored)
    if (seen.failures.size > 0) problem(`writes of cached posts failed: ${countsOf(seen)}`)
    if (stored(REPLACED).title !== post.title) problem(`post ${REPLACED} was not replaced: ${stored(REPLACED).title}`)
    if (stored(DELETED) !== undefined) problem(`post ${DELETED} was not deleted`)
    if (stored(NOT_CACHED).version !== 1) problem(`a refused write of post ${NOT_CACHED} was stored`)
    system.note(countsOf(seen))
  },
}
