import type { Drill } from '../drill.ts'
import { errorsOf } from '../redis-errors.ts'
import { until } from '../until.ts'

export const redisForbidden: Drill = {
  name: 'redis-forbidden',
  fault: "the API's user may only read from Redis (ACL -@write)",
  holds: 'no read fails; none is old, but by the outbox’s lag, since what was written can’t be voided',
  allows: { staleFrom: 'broken' },
  async inflict({ redis: { admin }, load }) {
    await admin.call('ACL', 'SETUSER', 'default', '-@write')
    await load.more(300)
    await until('Redis has refused 20 commands', 5_000, async () => (await errorsOf(admin, 'NOPERM')) >= 20)
    await admin.call('ACL', 'SETUSER', 'default', '+@all')
  },
}
