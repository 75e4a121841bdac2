import type { Drill } from '../drill.ts'
import { errorsOf } from '../redis-errors.ts'
import { until } from '../until.ts'
import { withoutPermissions } from '../without-permissions.ts'

export const redisForbidden: Drill = {
  name: 'redis-forbidden',
  fault: "the API's user may only read from Redis (ACL -@write)",
  holds: 'no read fails; stale reads only up to the outbox lag, since writes can’t invalidate',
  allows: { staleFrom: 'broken' },
  async inject({ redis: { admin }, load }) {
    await withoutPermissions(admin, '-@write', async () => {
      await load.more(300)
      await until('Redis has refused 20 commands', 5_000, async () => (await errorsOf(admin, 'NOPERM')) >= 20)
    })
  },
}
