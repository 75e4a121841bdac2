import type { Drill } from '../drill.ts'

const TIMES = 6

export const redisConnectionsKilled: Drill = {
  name: 'redis-connections-killed',
  fault: `CLIENT KILL of all connections to Redis, ${TIMES} times, each time after the cache is in use again`,
  holds: 'no read fails; stale reads only up to the outbox lag, after an interrupted invalidation',
  allows: { staleFrom: 'broken' },
  async inject({ redis, load, untilHits }) {
    for (let i = 0; i < TIMES; i++) {
      // Does not kill the connection that sends it.
      await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      await untilHits()
      await load.more(60)
    }
  },
}
