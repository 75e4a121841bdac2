import { setTimeout as sleep } from 'node:timers/promises'
import type { Drill } from '../drill.ts'

const HANGS_MS = 2_000

export const redisUnreachableForOne: Drill = {
  name: 'redis-unreachable-for-one',
  fault: `the connection of one API process to Redis hangs for ${HANGS_MS} ms, then is reset; the other process continues`,
  holds: 'no read fails; the other process sees the writes of the first within the outbox lag',
  throughToxiproxy: true,
  allows: { staleFrom: 'broken' },
  async inject({ toxicProxy, load }) {
    await toxicProxy.hang()
    await sleep(HANGS_MS)
    await toxicProxy.mend()
    await toxicProxy.reset()
    await load.more(100)
    await toxicProxy.mend()
  },
}
