import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { Drill } from '../drill.ts'
import { countsOf, reportWrong, type SeenWrites, startPostWriters, storedPosts, untilStored } from '../post-writers.ts'
import { untilReadyzSays } from '../readiness.ts'

const WRITING_MS = 1_000
const STORED_WITHIN_MS = 15_000
const IDS = [11, 12, 13, 14, 15, 16]

export const queueLost: Drill = {
  name: 'queue-lost',
  fault: 'Redis, which holds queued writes, is killed (-9) and restarted empty on the same port',
  holds:
    'only writes acknowledged as `memory` are lost, and each post keeps an earlier acknowledged version; writes after that get the versions that follow it',
  // The queue has clients of its own here: a history of write-behind goes back in time when writes are lost.
  strategies: ['manual-invalidation'],
  allows: { staleFrom: 'mending' },
  async inject(system) {
    const { apis, redis, mend, problem, note } = system
    const urls = apis.map(({ url }) => url)
    const [api] = apis as [ApiProcess]
    const writers = startPostWriters({ urls, ids: IDS, clients: 4 })
    await sleep(WRITING_MS)
    await redis.server.kill()
    const lastSeen = await writers.stop()
    await mend(async () => {
      await redis.startAgain()
      await untilReadyzSays(apis, 'ready')
    })
    await untilStored(api.url, STORED_WITHIN_MS)
    const kept = await storedPosts(system)
    const lost = lostWrites(lastSeen, (id) => kept(id).version)
    for (const { id, version, ack } of lost) {
      if (ack !== 'memory') problem(`version ${version} of post ${id} was acknowledged as ${ack} and is lost`)
    }
    await reportWrong(system, without(lastSeen, lost), kept)
    note(`${countsOf(lastSeen)}; lost: ${lost.length}`)

    const again = startPostWriters({ urls, ids: IDS, clients: 4 })
    await sleep(WRITING_MS)
    const seen = await again.stop()
    await untilStored(api.url, STORED_WITHIN_MS)
    const stored = await storedPosts(system)
    await reportWrong(system, seen, stored, (id) => kept(id).version)
    if (seen.failures.size > 0) problem(`writes failed although Redis was back: ${countsOf(seen)}`)
    note(`afterwards ${countsOf(seen)}`)
  },
}

/** Acknowledged with a version that the database does not have. */
function lostWrites({ writes }: SeenWrites, storedVersion: (id: number) => number) {
  return writes.filter(({ id, version }) => version !== undefined && version > storedVersion(id))
}

/** Without the old reads too: they may have come after the loss. */
function without(seen: SeenWrites, lost: SeenWrites['writes']): SeenWrites {
  return { ...seen, writes: seen.writes.filter((write) => !lost.includes(write)), oldReads: [] }
}
