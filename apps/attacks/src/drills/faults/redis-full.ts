import type { Drill } from '../drill.ts'
import { errorsOf } from '../redis-errors.ts'
import { until } from '../until.ts'

export const redisFull: Drill = {
  name: 'redis-full',
  fault: 'Redis is out of memory under noeviction: it answers, but refuses writes (OOM)',
  holds: 'existing entries are served and invalidated, new ones are not kept; no read is stale, none fails',
  async inject({ redis: { admin }, load }) {
    await admin.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1')
    await load.more(300)
    await until('Redis has refused 50 commands', 5_000, async () => (await errorsOf(admin, 'OOM')) >= 50)
    await admin.config('SET', 'maxmemory', '256mb', 'maxmemory-policy', 'volatile-lru')
  },
}
