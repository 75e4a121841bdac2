import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { untilReadyzSays } from '../readiness.ts'

const STOPPED_MS = 2_000

export const redisStopped: Drill = {
  name: 'redis-stopped',
  fault: `Redis is SIGSTOPped for ${STOPPED_MS} ms, then continued with its data`,
  holds:
    'reads come from the database meanwhile; none fails; stale reads only up to the outbox lag, until all processes have Redis back',
  allows: { staleFrom: 'mending' },
  async inject({ redis, apis, mend }) {
    redis.server.process.kill('SIGSTOP')
    try {
      await Promise.all([sleep(STOPPED_MS), untilReadyzSays(apis, 'degraded')])
    } finally {
      await mend(() => redis.server.process.kill('SIGCONT'))
    }
  },
}
