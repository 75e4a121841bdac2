/** The most-read posts, counted by several processes over a real Redis. */
import { randomBytes } from 'node:crypto'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { startTcpProxy } from 'local-servers'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from 'workload'
import { HottestPosts, MAX_COUNTED } from '../src/posts/hottest/hottest-posts.ts'
import { readEnv } from '../src/process/env.ts'
import { startInstances } from '../src/strategies/start-instances.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const HOUR = 500_000
let client: Redis
beforeAll(async () => {
  client = new Redis(process.env.TEST_REDIS_URL!, redisOptions)
  await new Promise((resolve) => client.once('ready', resolve))
})
afterAll(() => client.disconnect())

function counters(processes: number, hour?: () => number) {
  const prefix = `t${randomBytes(4).toString('hex')}:`
  const all = Array.from({ length: processes }, () => new HottestPosts({ client, prefix, ...(hour && { hour }) }))
  const kept = async () => {
    const flat = await client.zrevrange(`${prefix}h:{reads}`, 0, -1, 'WITHSCORES')
    return flat.flatMap((id, i) => (i % 2 === 0 ? [[Number(id), Number(flat[i + 1])]] : []))
  }
  return { all, kept, prefix }
}

function read(posts: HottestPosts, id: number, times: number): void {
  for (let i = 0; i < times; i++) posts.add(id)
}

describe('the hottest posts', () => {
  it('adds up the counts of two processes', async () => {
    const { all, kept } = counters(2)
    const [one, other] = all as [HottestPosts, HottestPosts]
    read(one, 1, 3)
    read(one, 2, 4)
    read(other, 1, 5)
    await Promise.all([one.flush(), other.flush()])
    expect(await kept()).toEqual([
      [1, 8],
      [2, 4],
    ])
    expect(await one.top(1)).toEqual([1])
    expect(await other.top(10)).toEqual([1, 2])
    expect(await other.top(0)).toEqual([])
  })

  it('keeps 1,000 of 100,000 distinct posts, and forgets them after a week without reads', async () => {
    const { all, kept, prefix } = counters(1)
    const [posts] = all as [HottestPosts]
    for (let id = 1; id <= 100_000; id++) {
      posts.add(id)
      if (id % MAX_COUNTED === 0) await posts.flush()
    }
    await posts.flush()
    expect((await kept()).length).toBe(MAX_COUNTED)
    const week = 7 * 24 * 60 * 60 * 1_000
    for (const key of [`${prefix}h:{reads}`, `${prefix}h:{reads}:hour`]) {
      const leftMs = await client.pttl(key)
      expect(leftMs).toBeGreaterThan(week - 60_000)
      expect(leftMs).toBeLessThanOrEqual(week)
    }
  })

  it('halves the counts once an hour in the first process that flushes, and drops tiny counts', async () => {
    let hour = HOUR
    const { all, kept } = counters(2, () => hour)
    const [one, other] = all as [HottestPosts, HottestPosts]
    read(one, 1, 80)
    read(one, 2, 1)
    await one.flush()
    hour++
    read(one, 3, 1)
    read(other, 3, 1)
    await one.flush()
    await other.flush()
    expect(await kept()).toEqual([
      [1, 40],
      [3, 2],
      [2, 0.5],
    ])
    hour += 3
    read(other, 4, 1)
    await other.flush()
    expect(await kept()).toEqual([
      [1, 5],
      [4, 1],
    ])
  })

  it('does not halve when the hour goes back, as it may with another server', async () => {
    let hour = HOUR
    const { all, kept } = counters(1, () => hour)
    const [posts] = all as [HottestPosts]
    read(posts, 1, 8)
    await posts.flush()
    hour--
    read(posts, 1, 1)
    await posts.flush()
    expect(await kept()).toEqual([[1, 9]])
  })

  it('finds the true 10 hottest of 10,000 posts read by Zipf in two processes', async () => {
    const { all } = counters(2)
    const random = seededRandom(7).uniform
    // Ids are not ordered by rank.
    const idOf = (rank: number) => ((rank * 7_919) % 10_000) + 1
    const weights = Array.from({ length: 10_000 }, (_, i) => 1 / (i + 1))
    let total = 0
    const upTo = weights.map((weight) => {
      total += weight
      return total
    })
    const drawRank = () => {
      const wanted = random() * total
      let [low, high] = [0, upTo.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (upTo[middle]! < wanted) low = middle + 1
        else high = middle
      }
      return low
    }
    for (let reads = 0; reads < 100_000; reads++) {
      all[reads % 2]!.add(idOf(drawRank()))
      if (reads % 5_000 < 2) await all[reads % 2]!.flush()
    }
    for (const one of all) await one.flush()
    const hottest = await all[0]!.top(10)
    expect(new Set(hottest)).toEqual(new Set(Array.from({ length: 10 }, (_, rank) => idOf(rank))))
  })

  it('loses only counts while Redis is unreachable, and sends a hanging Redis no second flush', async () => {
    const proxy = await startTcpProxy(Number(new URL(process.env.TEST_REDIS_URL!).port))
    const away = new Redis(`redis://${proxy.address}`, redisOptions)
    away.on('error', () => {})
    try {
      await new Promise((resolve) => away.once('ready', resolve))
      const posts = new HottestPosts({ client: away, prefix: `t${randomBytes(4).toString('hex')}:` })
      proxy.hold()
      posts.add(1)
      const first = posts.flush()
      posts.add(2)
      expect(posts.flush()).toBe(first)
      await proxy.close()
      await first
      posts.add(3)
      await posts.flush()
      await expect(posts.top(1)).rejects.toThrow()
    } finally {
      away.disconnect()
    }
  })
})

describe('reads of posts', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi()
  })
  afterAll(() => api.close())

  it('are counted under the strategy that answered, for existing posts only, not for lists', async () => {
    for (const path of ['posts/3', 'posts/3', 'posts/4', 'posts/999999', 'posts', 'authors'])
      await api.request(`/api/${path}?strategy=write-through`)
    await api.request('/api/posts/5')
    const { hottest } = api.instances.named('write-through')
    await hottest!.flush()
    expect(await hottest!.top(10)).toEqual([3, 4])
  })

  it('are not counted with the memory store, or if nothing is kept', async () => {
    expect(api.instances.named('no-cache').hottest).toBeUndefined()
    const { all } = startInstances(readEnv({ DATABASE_URL: 'postgres://nobody' }), api.database, undefined, pino())
    expect(all.filter(({ hottest }) => hottest !== undefined)).toEqual([])
  })
})
