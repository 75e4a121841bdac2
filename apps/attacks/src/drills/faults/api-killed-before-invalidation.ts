import { monotonicMs } from 'history'
import type { ApiProcess } from 'local-servers'
import { OUTBOX_LAG_MS } from '../check-operations.ts'
import type { Drill } from '../drill.ts'
import { ask, killBeforeInvalidation } from '../kill-before-invalidation.ts'
import { until } from '../until.ts'

export const apiKilledBeforeInvalidation: Drill = {
  name: 'api-killed-before-invalidation',
  fault: 'an API process is killed (-9) between its commit and its invalidation, while another runs',
  holds: `the other serves the old value until its relay invalidates it, ${OUTBOX_LAG_MS} ms at most; no other stale reads`,
  throughToxiproxy: true,
  // Only this drill uses the process that is killed.
  loaded: (apis) => apis.slice(1),
  allows: { failures: [0] },
  async inject(system) {
    const [victim, other] = system.apis as [ApiProcess, ApiProcess]
    const orphans = await system.span(() => killBeforeInvalidation(system, victim))
    const killedAt = monotonicMs()
    const becomesCurrent = async ({ strategy, old, current }: (typeof orphans)[number]) => {
      const first = await ask(system, other, strategy)
      if (first.version !== old || first.cache !== 'HIT') {
        throw new Error(
          `${strategy}: version ${first.version} (${first.cache}) right after the kill, not the old one, so the drill proves nothing`,
        )
      }
      await until(
        `${strategy} is current`,
        OUTBOX_LAG_MS,
        async () => (await ask(system, other, strategy)).version === current,
      )
      system.note(
        `${strategy}: the old value was served after the kill, the current one ${(monotonicMs() - killedAt).toFixed(0)} ms later`,
      )
    }
    await Promise.all(orphans.map(becomesCurrent))
  },
}
