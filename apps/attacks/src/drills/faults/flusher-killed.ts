import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { Drill } from '../drill.ts'
import { countsOf, reportWrong, startPostWriters, storedPosts, untilStored } from '../post-writers.ts'

/** How long the clients write before each kill, and once all processes run again. */
const LONGEST_MS = 700
const IDS = [11, 12, 13, 14, 15, 16]
/** A killed flusher's writes are taken over after 5 s. */
const STORED_WITHIN_MS = 15_000

export const flusherKilled: Drill = {
  name: 'flusher-killed',
  fault:
    'of 3 API processes, which all store queued writes, 2 are killed (-9) one after the other at random moments under load, and started again',
  holds:
    'no acknowledged write is lost, stored out of order, or has the version of another one; each is seen immediately in every process',
  strategies: ['write-behind'],
  apis: () => [{}, {}, {}],
  // A killed process refuses connections.
  allows: { failures: [0] },
  async inject(system) {
    const urls = system.apis.map(({ url }) => url)
    const writers = startPostWriters({ urls, ids: IDS, clients: 4, pauseMs: 2 })
    const [first, second, third] = system.apis as [ApiProcess, ApiProcess, ApiProcess]
    await system.span(async () => {
      for (const victim of [first, second]) {
        await sleep(LONGEST_MS * Math.random())
        await victim.kill()
      }
      await Promise.all([first, second].map(({ url }) => system.startApi({ PORT: new URL(url).port })))
    })
    await sleep(LONGEST_MS)
    const seen = await writers.stop()
    await untilStored(third.url, STORED_WITHIN_MS)
    const stored = await storedPosts(system)
    await reportWrong(system, seen, stored)
    system.note(countsOf(seen))
  },
}
