import type { Drill } from '../drill.ts'
import { untilReadyzSays } from '../readiness.ts'

export const memcachedKilled: Drill = {
  name: 'memcached-killed',
  fault: 'memcached, which holds all entries, is killed (-9) and restarted empty on the same port',
  holds:
    'reads come from the database meanwhile; none fails; stale reads only up to the outbox lag, until all processes have memcached back',
  onMemcached: true,
  allows: { staleFrom: 'mending' },
  async inject({ memcached, apis, load, mend }) {
    await memcached.server.stop()
    await Promise.all([load.more(300), untilReadyzSays(apis, 'degraded')])
    await mend(() => memcached.startAgain())
  },
}
