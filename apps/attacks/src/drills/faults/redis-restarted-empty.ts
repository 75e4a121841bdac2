import type { Drill } from '../drill.ts'
import { untilReadyzSays } from '../readiness.ts'

export const redisRestartedEmpty: Drill = {
  name: 'redis-restarted-empty',
  fault: 'Redis is killed (-9) and restarted empty on the same port',
  holds:
    'reads come from the database meanwhile; none fails; stale reads only up to the outbox lag, until all processes have Redis back',
  allows: { staleFrom: 'mending' },
  async inject({ redis, apis, load, mend }) {
    await redis.server.kill()
    await Promise.all([load.more(300), untilReadyzSays(apis, 'degraded')])
    await mend(() => redis.startAgain())
  },
}
