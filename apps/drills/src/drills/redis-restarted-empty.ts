import type { Drill } from '../drill.ts'

export const redisRestartedEmpty: Drill = {
  name: 'redis-restarted-empty',
  fault: 'Redis killed (-9), and started again empty on the same port',
  holds: 'reads come from the database meanwhile; no read is old, none fails',
  async inflict({ redis, load }) {
    await redis.server.kill()
    await load.more(300)
    await redis.startAgain()
  },
}
