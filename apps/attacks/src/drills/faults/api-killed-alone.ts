import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from 'history'
import type { ApiProcess } from 'local-servers'
import { OUTBOX_LAG_MS } from '../check-operations.ts'
import type { Drill, TestSystem } from '../drill.ts'
import { ask, killBeforeInvalidation, type Orphan } from '../kill-before-invalidation.ts'
import { SCRIPTED_ID } from '../load.ts'
import { until } from '../until.ts'

/** Measured from the moment when a process with a relay accepts requests. */
const CURRENT_WITHIN_MS = 1_000

export const apiKilledAlone: Drill = {
  name: 'api-killed-alone',
  fault: 'the only API process is killed (-9) between its commit and its invalidation, and another started later',
  holds: `Redis keeps the old value while no relay runs; the new process is current within ${CURRENT_WITHIN_MS} ms`,
  throughToxiproxy: true,
  apis: () => [{}],
  // A killed process refuses connections.
  allows: { failures: [0] },
  async inject(system) {
    const [victim] = system.apis as [ApiProcess]
    const { api, orphans } = await system.span(async () => {
      const orphans = await killBeforeInvalidation(system, victim)
      // Longer than a relay would take.
      await sleep(OUTBOX_LAG_MS)
      for (const orphan of orphans) await checkOldInRedis(system, orphan)
      return { orphans, api: await system.startApi({ PORT: new URL(victim.url).port }) }
    })
    const servingAt = monotonicMs()
    const becomesCurrent = async ({ strategy, current }: Orphan) => {
      await until(
        `${strategy} is current`,
        CURRENT_WITHIN_MS,
        async () => (await ask(system, api, strategy)).version === current,
      )
      system.note(
        `${strategy}: Redis had the old value, the new process the current one after ${(monotonicMs() - servingAt).toFixed(0)} ms`,
      )
    }
    await Promise.all(orphans.map(becomesCurrent))
  },
}

async function checkOldInRedis({ redis }: TestSystem, { strategy, old }: Orphan): Promise<void> {
  const entry = await redis.admin.get(`posts:${strategy}:e:{post:${SCRIPTED_ID}}`)
  if (entry?.includes(`"version":${old}`)) return
  throw new Error(
    `${strategy}: without a relay, Redis has ${entry === null ? 'no entry' : 'another entry'}, not the old one, so the drill proves nothing`,
  )
}
