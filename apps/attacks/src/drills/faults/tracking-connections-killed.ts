import { setTimeout as sleep } from 'node:timers/promises'
import { httpClient, readPost, writePost } from 'history'
import { quantilesOf } from 'workload'
import type { Drill, TestSystem } from '../drill.ts'

const TIMES = 10
const WRITES = 100
/** Pause between two writes, in ms. */
const PAUSE_MS = 10
/** `othersWithinMs` of tiered: what other processes may serve after a write was acknowledged. */
const OTHERS_WITHIN_MS = 1_000
const IDS = [11, 12, 13, 14, 15, 16]

export const trackingConnectionsKilled: Drill = {
  name: 'tracking-connections-killed',
  fault: `3 API processes keep posts in their memory; the connections that tell them of changes are killed ${TIMES} times under load, then all connections`,
  holds: `no read fails; the writing process reads its write immediately, the others within ${OTHERS_WITHIN_MS} ms`,
  strategies: ['tiered'],
  apis: () => [{}, {}, {}],
  async inject(system) {
    const { redis, untilHits, load, note } = system
    note(`undisturbed: ${await writesSeen(system)}`)
    let isEnding = false
    const killing = (async () => {
      for (let times = 0; times < TIMES; times++) {
        await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await sleep(200)
      }
      isEnding = true
    })()
    note(`while the connections for changes are killed: ${await writesSeen(system, () => isEnding)}`)
    await killing
    await untilHits()
    await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
    await untilHits()
    await load.more(60)
    note(`afterwards: ${await writesSeen(system)}`)
  },
}

/**
 * Writes through each process in turn. After each acknowledgement, the same process must read the write immediately; each of the others
 * reads the post again and again until it has it.
 *
 * @param isEnough asked before each write. Default: after 100 writes
 * @returns in words, how long the others took
 */
async function writesSeen({ apis, load, problem }: TestSystem, isEnough?: () => boolean): Promise<string> {
  const strategy = 'tiered'
  const http = httpClient({ timeoutMs: 3_000 })
  const lateMs: number[] = []
  try {
    for (let n = 0; isEnough ? !isEnough() : n < WRITES; n++) {
      const id = IDS[n % IDS.length]!
      const urls = apis.map(({ url }) => url)
      const [writer] = urls.splice(n % urls.length, 1) as [string]
      const read = async (url: string) => {
        const operation = await readPost(http, `of ${url}`, { strategy, id, url })
        load.add(strategy, operation)
        return { version: operation.version ?? 0, start: operation.start }
      }
      // So that each process has the post in its memory.
      await Promise.all(apis.map(({ url }) => read(url)))
      const written = await writePost(http, `of ${writer}`, { strategy, id, url: writer }, `Write ${n}`)
      load.add(strategy, written)
      if (written.version === null) continue // an allowed failure, or reported by the check of the load
      const { version, end } = written
      const own = read(writer)
      const waits = urls.map(async (url) => {
        for (;;) {
          const seen = await read(url)
          if (seen.version >= version || seen.start - end > 2 * OTHERS_WITHIN_MS) return seen.start - end
        }
      })
      lateMs.push(...(await Promise.all(waits)))
      const seen = (await own).version
      if (seen < version) problem(`its own process read version ${seen} after ${version} of post ${id}`)
      await sleep(PAUSE_MS)
    }
  } finally {
    http.close()
  }
  const quantile = quantilesOf(lateMs)
  const old = lateMs.filter((ms) => ms > OTHERS_WITHIN_MS).length
  if (old > 0) problem(`${old} times another process was not current ${OTHERS_WITHIN_MS} ms after a write`)
  const [p50, p99, most] = [0.5, 0.99, 1].map((q) => quantile(q).toFixed(1))
  return `${lateMs.length} times another process read a write, from ${p50} ms (p50), ${p99} ms (p99), ${most} ms (last) after it`
}
