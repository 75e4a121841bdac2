import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'

const HANGS_MS = 2_000

export const redisUnreachableForOne: Drill = {
  name: 'redis-unreachable-for-one',
  fault: `the connection of one API process to Redis hangs for ${HANGS_MS} ms, then is reset; the other process continues`,
  holds: 'no read fails; the other process sees the writes of the first within the outbox lag',
  throughProxy: true,
  allows: { staleFrom: 'broken' },
  async inflict({ way, load }) {
    await way.hang()
    await sleep(HANGS_MS)
    await way.mend()
    await way.reset()
    await load.more(100)
    await way.mend()
  },
}
