import type { Drill } from '../drill.ts'
import { errorsOf } from '../redis-errors.ts'
import { until } from '../until.ts'

export const redisReadOnly: Drill = {
  name: 'redis-read-only',
  fault: 'Redis refuses writes (NOREPLICAS), as a master without its replicas does',
  holds: 'no read fails; stale reads only up to the outbox lag, since writes can’t invalidate',
  allows: { staleFrom: 'broken' },
  async inject({ redis: { admin }, load }) {
    await admin.config('SET', 'min-replicas-to-write', '1')
    await load.more(300)
    await until('Redis has refused 20 commands', 5_000, async () => (await errorsOf(admin, 'NOREPLICAS')) >= 20)
    await admin.config('SET', 'min-replicas-to-write', '0')
  },
}
