import type { Drill } from '../drill.ts'
import { listen } from '../log-lines.ts'
import { checkWaits, quietPosts, readSteadily } from '../steady-reads.ts'

const HITS_AGAIN_WITHIN_MS = 10_000
const READ_EVERY_MS = 20

export const redisSilent: Drill = {
  name: 'redis-silent',
  fault:
    'the connections of both API processes to Redis fall silent: nothing arrives, nothing is closed; new ones would work',
  holds: `no read fails or waits for Redis beyond the deadline; hits again within ${HITS_AGAIN_WITHIN_MS / 1_000} s over new connections, and the log says why`,
  throughTcpProxy: 'all',
  hitsAgainWithinMs: HITS_AGAIN_WITHIN_MS,
  // The processes renew their connections one after the other.
  allows: { staleFrom: 'broken' },
  async inject(system) {
    const { apis, strategies, tcpProxy } = system
    const log = listen(system)
    const reads = await readSteadily(quietPosts(apis, strategies), READ_EVERY_MS, async () => {
      await system.breakForGood(() => tcpProxy.silence())
      await system.untilHits()
    })
    checkWaits(system, reads)
    await log.expectLogged('CONNECTION_RENEWED')
  },
}
