import type { Drill } from '../drill.ts'

const TIMES = 6

export const redisConnectionsKilled: Drill = {
  name: 'redis-connections-killed',
  fault: `CLIENT KILL of all connections to Redis, ${TIMES} times, each when the cache was in use again`,
  holds: 'no read fails; none is old, but by the outbox’s lag where an invalidation was cut off',
  allows: { staleFrom: 'broken' },
  async inflict({ redis, load, untilHits }) {
    for (let i = 0; i < TIMES; i++) {
      // Not the connection that asks for it.
      await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      await untilHits()
      await load.more(60)
    }
  },
}
