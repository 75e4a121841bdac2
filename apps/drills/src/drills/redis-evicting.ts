import type { Drill } from '../drill.ts'
import { infoNumber } from '../redis-errors.ts'

const ROUNDS = 10
const FILL = 'x'.repeat(2_000)

export const redisEvicting: Drill = {
  name: 'redis-evicting',
  fault: 'Redis with hardly any memory under allkeys-lru: entries, leases and tags are evicted all the time',
  holds: 'no read is old, none fails',
  async inflict({ redis: { admin }, load, note }) {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    for (let round = 0; round < ROUNDS; round++) {
      // As much as there is: whatever comes pushes something out. Others' keys push out ours.
      await admin.config('SET', 'maxmemory', String(await infoNumber(admin, 'memory', 'used_memory')))
      await Promise.all(Array.from({ length: 20 }, (_, i) => admin.set(`others:${round}:${i}`, FILL).catch(() => {})))
      await load.more(30)
    }
    await admin.config('SET', 'maxmemory', '256mb')
    const evicted = await infoNumber(admin, 'stats', 'evicted_keys')
    if (evicted < 100) throw new Error(`Redis evicted ${evicted} keys, too few to show anything`)
    note(`${evicted} keys evicted`)
  },
}
