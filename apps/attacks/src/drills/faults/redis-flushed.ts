import type { Drill } from '../drill.ts'

const TIMES = 5

export const redisFlushed: Drill = {
  name: 'redis-flushed',
  fault: `FLUSHALL ${TIMES} times: entries, leases and tags are gone`,
  holds: 'no read is stale, none fails',
  async inject({ redis, load }) {
    for (let i = 0; i < TIMES; i++) {
      await redis.admin.flushall()
      await load.more(60)
    }
  },
}
