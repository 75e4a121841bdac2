import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import { createDatabase, loadPosts, schemaName } from 'posts-db'
import type { Drill } from '../drill.ts'
import { listen } from '../log-lines.ts'
import { readOnce, readSteadily, type SteadyRead } from '../steady-reads.ts'

const MBIT_PER_S = 50
/** 3.7 MB as a list: 0.6 s on the link, more than twice the deadline of a command. */
const POSTS = 10_000
/** Not under load: a write would invalidate the list. */
const STRATEGY = 'manual-invalidation'
const SINGLE_IDS = Array.from({ length: 20 }, (_, i) => i + 1)
const SINGLES_PER_S = 50
const LISTS = 2
const LIST_EVERY_MS = 5_000
const AFTER_LAST_LIST_MS = 2_000
const HIT_SHARE = 0.95

export const redisSlowLink: Drill = {
  name: 'redis-slow-link',
  fault: `all connections of an API process to Redis share ${MBIT_PER_S} Mbit/s; the list of ${POSTS} posts is read every ${LIST_EVERY_MS / 1_000} s beside ${SINGLES_PER_S} reads/s of single posts`,
  holds: `at least ${100 * HIT_SHARE} % of the single posts are hits; the list is a hit too, or the log says once why not; Redis never counts as unavailable`,
  strategies: ['write-through'],
  apis: () => [{}],
  throughTcpProxy: 'all',
  async prepare(url) {
    const database = createDatabase({ url })
    await loadPosts(database, [schemaName(STRATEGY)], { count: POSTS })
    await database.close()
  },
  async inject(system) {
    const { url } = system.apis[0] as ApiProcess
    const log = listen(system)
    const list = `${url}/api/posts?strategy=${STRATEGY}`
    const singles = SINGLE_IDS.map((id) => `${url}/api/posts/${id}?strategy=${STRATEGY}`)
    system.tcpProxy.limit(MBIT_PER_S * 1_000_000)
    for (const address of [...singles, list]) await readOnce(address)
    const lists: SteadyRead[] = []
    const reads = await readSteadily(singles, 1_000 / SINGLES_PER_S, async () => {
      for (let i = 0; i < LISTS; i++) {
        const [read] = await Promise.all([readOnce(list), sleep(i === LISTS - 1 ? AFTER_LAST_LIST_MS : LIST_EVERY_MS)])
        lists.push(read)
      }
    })
    const hits = reads.filter(({ cache }) => cache === 'HIT').length
    const failed = [...reads, ...lists].filter(({ status }) => status !== 200).length
    system.note(`${hits} of ${reads.length} single posts were hits; the lists: ${lists.map(inWords).join(', ')}`)
    if (failed > 0) system.problem(`${failed} of the drill's own reads failed`)
    if (!(hits >= HIT_SHARE * reads.length)) system.problem(`${hits} of ${reads.length} single posts were hits`)
    if (lists.at(-1)?.cache !== 'HIT') await log.expectLogged('ENTRY_TOO_SLOW')
    log.expectNeverAway()
  },
}

function inWords({ cache, ms }: SteadyRead): string {
  return `${cache} in ${ms.toFixed(0)} ms`
}
