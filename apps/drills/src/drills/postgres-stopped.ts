import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'

const STOPPED_MS = 5_000

export const postgresStopped: Drill = {
  name: 'postgres-stopped',
  fault: `all processes of Postgres SIGSTOPped for ${STOPPED_MS} ms`,
  holds: 'hits are served; what needs the database waits for it, or fails with 503; no read is old',
  answerWithinMs: STOPPED_MS + 2_000,
  allows: { failures: [503] },
  async inflict({ postgres, apis }) {
    postgres.suspend()
    try {
      const [ready] = await Promise.all([
        fetch(`${apis[0]!.url}/readyz`, { headers: { Connection: 'close' } }),
        sleep(STOPPED_MS),
      ])
      if (ready.status !== 503) throw new Error(`/readyz answered ${ready.status} while the database was stopped`)
    } finally {
      postgres.resume()
    }
  },
}
