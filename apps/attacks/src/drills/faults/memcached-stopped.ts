import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { untilReadyzSays } from '../readiness.ts'

const STOPPED_MS = 2_000

export const memcachedStopped: Drill = {
  name: 'memcached-stopped',
  fault: `memcached, which holds all entries, is SIGSTOPped for ${STOPPED_MS} ms, then continued with its data`,
  holds:
    'reads come from the database meanwhile; none fails; stale reads only up to the outbox lag, until all processes have memcached back',
  onMemcached: true,
  allows: { staleFrom: 'mending' },
  async inject({ memcached, apis, mend }) {
    process.kill(memcached.server.pid, 'SIGSTOP')
    try {
      await Promise.all([sleep(STOPPED_MS), untilReadyzSays(apis, 'degraded')])
    } finally {
      await mend(() => process.kill(memcached.server.pid, 'SIGCONT'))
    }
  },
}
