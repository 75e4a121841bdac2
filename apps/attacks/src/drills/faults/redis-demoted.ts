import { httpClient, readPost, writePost } from 'history'
import type { ApiProcess, PrivateRedis } from 'local-servers'
import type { Drill, TestSystem } from '../drill.ts'
import { SCRIPTED_ID } from '../load.ts'
import { listen } from '../log-lines.ts'
import { until } from '../until.ts'

const WITHIN_MS = 5_000

export const redisDemoted: Drill = {
  name: 'redis-demoted',
  fault:
    'a managed failover: the address leads to a new master; the old one becomes its replica and keeps our connections open',
  holds: `no read fails; hits again, and invalidations delivered, within ${WITHIN_MS / 1_000} s; the log names READONLY`,
  throughTcpProxy: 'all',
  hitsAgainWithinMs: WITHIN_MS,
  allows: { staleFrom: 'broken' },
  async inject(system) {
    const { redis, tcpProxy } = system
    const log = listen(system)
    const replica = await redis.startReplica()
    const brokenAt = performance.now()
    await system.breakForGood(async () => {
      // First, so that a reconnecting client does not reach the old master.
      tcpProxy.leadTo(replica.port)
      await failOver(system, replica)
    })
    await system.untilHits()
    await untilDelivered(system)
    const ms = performance.now() - brokenAt
    system.note(`each process served the other's write as a hit ${ms.toFixed(0)} ms after the failover began`)
    if (ms > WITHIN_MS) system.problem(`invalidations were delivered after ${ms.toFixed(0)} ms, allowed ${WITHIN_MS}`)
    await log.expectLogged('CONNECTION_RENEWED', { words: ['READONLY'] })
  },
}

/** The old master holds back writes until the new one has caught up, so no acknowledged write is lost. */
async function failOver({ redis: { admin } }: TestSystem, { port }: PrivateRedis): Promise<void> {
  await admin.call('FAILOVER', 'TO', '127.0.0.1', String(port))
  await until('the old master is a replica', WITHIN_MS, async () => {
    return /role:slave\r\n(.*\r\n)*master_link_status:up/.test(await admin.info('replication'))
  })
}

/** Each process writes, and the other must serve that as a hit. A process with pending invalidations uses no cache. */
async function untilDelivered({ apis, strategies, load }: TestSystem): Promise<void> {
  const [one, other] = apis as [ApiProcess, ApiProcess]
  const http = httpClient({ timeoutMs: WITHIN_MS })
  const crossed = async (strategy: (typeof strategies)[number], writer: ApiProcess, reader: ApiProcess) => {
    const target = { strategy, id: SCRIPTED_ID }
    const written = await writePost(http, 'writes', { ...target, url: writer.url }, 'Written after the failover')
    load.add(strategy, written)
    await until(`${strategy}: the written version is a hit`, WITHIN_MS, async () => {
      const read = await readPost(http, 'reads', { ...target, url: reader.url })
      load.add(strategy, read)
      return read.cache === 'HIT' && read.version === written.version
    })
  }
  try {
    for (const [writer, reader] of [
      [one, other],
      [other, one],
    ] as const) {
      await Promise.all(strategies.map((strategy) => crossed(strategy, writer, reader)))
    }
  } finally {
    http.close()
  }
}
