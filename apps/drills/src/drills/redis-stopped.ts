import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'

const STOPPED_MS = 2_000

export const redisStopped: Drill = {
  name: 'redis-stopped',
  fault: `Redis SIGSTOPped for ${STOPPED_MS} ms, then continued with all it had`,
  holds: 'reads come from the database meanwhile; no read is old, none fails',
  async inflict({ redis }) {
    redis.server.process.kill('SIGSTOP')
    try {
      await sleep(STOPPED_MS)
    } finally {
      redis.server.process.kill('SIGCONT')
    }
  },
}
