import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiProcess } from 'local-servers'
import type { Drill } from '../drill.ts'

const STOPPED_MS = 5_000
const READYZ_WITHIN_MS = 3_000

export const postgresStopped: Drill = {
  name: 'postgres-stopped',
  fault: `all Postgres processes are SIGSTOPped for ${STOPPED_MS} ms`,
  holds: 'hits are served; other reads and writes wait, or fail with 503; no stale reads',
  answerWithinMs: STOPPED_MS + 2_000,
  allows: { failures: [503] },
  async inject({ postgres, apis }) {
    postgres.suspend()
    try {
      await Promise.all([expectUnready(apis[0]!), sleep(STOPPED_MS)])
    } finally {
      postgres.resume()
    }
  },
}

/** Checks that /readyz answers 503 in time. @throws if not */
async function expectUnready({ url }: ApiProcess): Promise<void> {
  const answer = await fetch(`${url}/readyz`, {
    headers: { Connection: 'close' },
    signal: AbortSignal.timeout(READYZ_WITHIN_MS),
  })
  await answer.text()
  if (answer.status !== 503) throw new Error(`/readyz answered ${answer.status} while the database was stopped`)
}
