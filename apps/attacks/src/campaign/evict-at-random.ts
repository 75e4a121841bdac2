/** Makes Redis lose keys (entries, leases, tag epochs; no queued writes), some immediately, some within 10 ms. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { random } from 'workload'

export interface Evictor {
  /** Keys lost so far: entries, leases (and locks), tag epochs. */
  readonly evicted: Readonly<Record<'entries' | 'leases' | 'tags', number>>
  stop(): Promise<void>
}

/** @param redisUrl must be private: any key may be lost. @param everyMs the mean time between two losses */
export async function evictAtRandom(redisUrl: string, everyMs: number, seed: number): Promise<Evictor> {
  const redis = new Redis(redisUrl)
  let draws = 0
  const uniform = () => random(seed, 0, draws++)
  const evicted = { entries: 0, leases: 0, tags: 0 }
  let stopped = false

  async function run(): Promise<void> {
    while (!stopped) {
      await sleep(2 * everyMs * uniform())
      const key = await redis.randomkey()
      if (key === null || isOfQueue(key)) continue
      const gone = uniform() < 0.5 ? await redis.unlink(key) : await redis.pexpire(key, 1 + Math.floor(10 * uniform()))
      if (gone === 1) evicted[kindOf(key)]++
    }
  }

  const running = run()
  return {
    evicted,
    async stop() {
      stopped = true
      await running
      redis.disconnect()
    },
  }
}

/** Acknowledged writes are nowhere else: a Redis that may evict them is not used for a queue. */
function isOfQueue(key: string): boolean {
  return /:w[bpxdf]:/.test(key)
}

/** By the letter after the store's prefix: `posts:write-through:e:{post:1}`. */
function kindOf(key: string): 'entries' | 'leases' | 'tags' {
  if (/:e:/.test(key)) return 'entries'
  return /:(?:l|lock):/.test(key) ? 'leases' : 'tags'
}
