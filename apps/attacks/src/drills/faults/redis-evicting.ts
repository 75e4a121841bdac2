import type { Drill } from '../drill.ts'
import { infoNumber } from '../redis-errors.ts'

const EVICTED = 300
const ROUNDS = 40
/** Enough for some of the entries. */
const ROOM_BYTES = 40_000
const FILL = 'x'.repeat(1_000)

export const redisEvicting: Drill = {
  name: 'redis-evicting',
  fault: 'Redis with little memory under allkeys-lru: entries, leases and tags are evicted all the time',
  holds: 'no read is stale, none fails',
  async inject({ redis: { admin }, load, note }) {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    let evicted = 0
    for (let round = 0; evicted < EVICTED && round < ROUNDS; round++) {
      const limit = (await infoNumber(admin, 'memory', 'used_memory')) + ROOM_BYTES
      await admin.config('SET', 'maxmemory', String(limit))
      // Other keys cause evictions of ours, and are evicted too.
      await Promise.all(Array.from({ length: 60 }, (_, i) => admin.set(`others:${round}:${i}`, FILL).catch(() => {})))
      await load.more(25)
      evicted = await infoNumber(admin, 'stats', 'evicted_keys')
    }
    await admin.config('SET', 'maxmemory', '256mb')
    if (evicted < EVICTED) throw new Error(`Redis evicted ${evicted} keys, too few to prove anything`)
    note(`${evicted} keys evicted`)
  },
}
