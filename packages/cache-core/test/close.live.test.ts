/** `close` ends everything that a store runs on its client, and `health` reports the store's state. */
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  cacheAside,
  createCache,
  type InvalidationSource,
  invalidate,
  type Runtime,
  type Store,
  systemRuntime,
} from '../src/index.ts'
import { nodeRedisOptions, redisStore, watchRedis } from '../src/redis/index.ts'
import { clientKinds, type TestClient } from './clients.ts'
import { neverOld } from './never-old.ts'
import { TcpProxy } from './tcp-proxy.ts'

const EVENTS = ['ready', 'error', 'close', 'end', 'connect', 'reconnecting', 'terminated']
const acquire = { leaseMs: 1_000, seen: undefined, tags: [] }

let proxy: TcpProxy
let rooms = 0
beforeEach(async () => {
  proxy = await TcpProxy.open(process.env.TEST_REDIS_URL!)
})
afterEach(() => proxy.close())

/** The process's runtime, with a count of running timers. */
function countedRuntime(): Runtime & { readonly timers: Set<object> } {
  const timers = new Set<object>()
  return {
    ...systemRuntime,
    timers,
    after(ms, action) {
      const timer = {}
      timers.add(timer)
      const cancel = systemRuntime.after(ms, () => {
        timers.delete(timer)
        action()
      })
      return () => {
        timers.delete(timer)
        cancel()
      }
    },
  }
}

describe.each(clientKinds)('by $name', (kind) => {
  let user: TestClient
  let prefix: string
  beforeEach(async () => {
    user = await kind.connect(proxy.url)
    prefix = `closed-${kind.name}-${process.pid}-${rooms++}:`
  })
  afterEach(() => user.disconnect())

  const listeners = () => EVENTS.map((event) => `${event}: ${user.client.listenerCount(event)}`)
  const open = (name = '', options = {}) => redisStore({ client: user.client, prefix: `${prefix}${name}`, ...options })

  async function loseConnection(): Promise<void> {
    proxy.isClosed = true
    proxy.cut()
    await expect.poll(() => user.isReady(), { interval: 1, timeout: 5_000 }).toBe(false)
  }

  async function findConnection(): Promise<void> {
    proxy.isClosed = false
    await expect.poll(() => user.isReady(), { interval: 5, timeout: 5_000 }).toBe(true)
  }

  describe('close', () => {
    it('removes the listeners from the client with the last store that uses it', async () => {
      const before = listeners()
      const stores = [open('a'), open('a'), open('b')]
      const stopWatching = watchRedis(user.client, { onAway() {}, onBack() {} })
      const meanwhile = listeners()
      expect(meanwhile).not.toEqual(before)
      for (const store of stores) {
        expect(listeners()).toEqual(meanwhile)
        await store.close()
        await store.close()
      }
      expect(listeners()).toEqual(meanwhile)
      stopWatching()
      stopWatching()
      expect(listeners()).toEqual(before)
    })

    it('leaves the client connected, with its own listeners', async () => {
      await open().close()
      expect(user.isReady()).toBe(true)
      let heard = 0
      const client = user.client as { on(event: string, listener: () => void): unknown }
      client.on('error', () => {}) // for the lost connection
      client.on('ready', () => heard++)
      await loseConnection()
      await findConnection()
      await expect.poll(() => heard, { interval: 5 }).toBe(1)
    })

    it('refuses commands from then on, so that reads bypass it and writes continue', async () => {
      const store = open()
      const cache = createCache<string>({ store, read: cacheAside(), write: invalidate() })
      await cache.read('k', async () => 'v1')
      await store.close()
      const refused = { code: 'STORE_UNAVAILABLE', message: 'the store was closed' }
      await expect(store.get('k', [])).rejects.toMatchObject(refused)
      await expect(store.acquire('k', { token: 'a', ...acquire })).rejects.toMatchObject(refused)
      expect(await store.claim('k', { token: 'a', leaseMs: 1_000, tags: [] })).toBeUndefined()
      expect(await store.fill('k', { token: 'a', entry: Buffer.alloc(1), expiresAt: 1 })).toBe(false)
      expect(await store.renew('k', 'a', 1_000)).toBe(false)
      expect(await store.release('k', 'a')).toBeUndefined()
      expect(await store.invalidate(['k'], [])).toBe(false)
      expect(await store.invalidateAll()).toBe(false)
      expect(store.health()).toEqual({ isUsable: false, reason: 'the store was closed' })
      expect(await cache.read('k', async () => 'v2')).toMatchObject({ outcome: 'bypass', value: 'v2' })
      expect(await cache.write({ keys: ['k'] }, async () => 'v3')).toMatchObject({ result: 'v3', isConfirmed: false })
    })

    it('leaves pending invalidations to the next store there, which serves no stale entry', async () => {
      const over = (store: Store) => createCache<string>({ store, read: cacheAside(), write: invalidate() })
      const closed = open()
      await over(closed).read('k', async () => 'v1')
      await loseConnection()
      expect(await over(closed).write({ keys: ['k'] }, async () => 'v2')).toMatchObject({ isConfirmed: false })
      await closed.close()
      await findConnection()
      const reopened = over(open())
      await neverOld(() => reopened.read('k', async () => 'v2'))
    })

    it('leaves other stores open, which deliver the closed store’s pending invalidations', async () => {
      const [closed, other] = [open(), open()]
      const cache = createCache<string>({ store: other, read: cacheAside(), write: invalidate() })
      await cache.read('k', async () => 'v1')
      await closed.close()
      expect((await cache.read('k', async () => 'v2')).outcome).toBe('hit')
      await closed.invalidate(['k'], [])
      await expect
        .poll(async () => (await cache.read('k', async () => 'v2')).outcome, { interval: 5, timeout: 5_000 })
        .toBe('hit')
      expect((await cache.read('k', async () => 'v3')).value).toBe('v2')
    })

    it('stops probes, flushes and catch-ups', async () => {
      const runtime = countedRuntime()
      let calls = 0
      let isAttached = true
      const outbox: InvalidationSource = {
        attach: () => ({
          async catchUp() {
            calls++
          },
          detach() {
            isAttached = false
          },
        }),
      }
      const store = open('', { runtime, outbox })
      await expect.poll(() => store.health().isUsable, { interval: 5 }).toBe(true)
      await loseConnection()
      for (let i = 0; i < 6; i++) await store.invalidate([`k${i}`], ['t'])
      expect(runtime.timers.size).toBeGreaterThanOrEqual(2)
      await store.close()
      expect(runtime.timers.size).toBe(0)
      expect(isAttached).toBe(false)
      await findConnection()
      await user.send('PING')
      expect([runtime.timers.size, calls]).toEqual([0, 1])
    })

    it('can be followed by another store on the same client', async () => {
      const first = open()
      await loseConnection()
      for (let i = 0; i < 6; i++) await first.invalidate(['k'], [])
      await first.close()
      await findConnection()
      const cache = createCache<string>({ store: open(), read: cacheAside(), write: invalidate() })
      const read = async () => (await cache.read('k', async () => 'v')).outcome
      await expect.poll(read, { interval: 5, timeout: 5_000 }).toBe('hit')
    })
  })

  describe('health', () => {
    it('reports a usable store', async () => {
      const store = open()
      await store.get('k', [])
      expect(store.health()).toEqual({ isUsable: true })
    })

    it('reports a missing connection, with its last error', async () => {
      const store = open()
      await loseConnection()
      await expect
        .poll(() => store.health().reason, { interval: 5 })
        .toMatch(/^there is no connection to Redis(; the last error: .+)?$/)
      await findConnection()
      expect(store.health()).toEqual({ isUsable: true })
    })

    it('reports an open circuit, with the last failure', async () => {
      const store = open()
      proxy.swallowAnswers()
      await Promise.allSettled(Array.from({ length: 6 }, (_, i) => store.get(`k${i}`, [])))
      expect(store.health()).toEqual({
        isUsable: false,
        reason: expect.stringMatching(
          /^the store is unavailable; the last failure: (no answer within 250 ms|Command timed out)$/,
        ),
      })
    })

    it('reports pending invalidations, and why', async () => {
      const store = open()
      proxy.swallowAnswers()
      await store.invalidate(['k'], ['t'])
      expect(store.health()).toEqual({
        isUsable: false,
        reason: expect.stringContaining('2 invalidations are pending'),
      })
      await store.invalidateAll()
      expect(store.health().reason).toMatch(/the invalidation of everything is pending/)
      proxy.cut()
      await expect.poll(() => store.health().isUsable, { interval: 5, timeout: 5_000 }).toBe(true)
    })

    it('reports a failed catch-up, and why', async () => {
      const catchUp = async () => {
        throw new Error('the database is unavailable')
      }
      const store = open('', { outbox: { attach: () => ({ catchUp, detach() {} }) } })
      await expect
        .poll(() => store.health().reason, { interval: 5 })
        .toBe(
          'invalidations by other processes have not been caught up with yet; the last attempt failed: the database is unavailable',
        )
      await store.close()
    })
  })
})

describe('a node-redis client without its own listener', () => {
  it('does not end the process while a store is open, and calls its own listeners once it is closed', async () => {
    const client = createClient({ url: proxy.url, ...nodeRedisOptions })
    const cut = async () => {
      const { opened } = proxy
      proxy.cut()
      const isBack = () => client.isReady && proxy.opened > opened
      await expect.poll(isBack, { interval: 5, timeout: 5_000 }).toBe(true)
    }
    try {
      const store = redisStore({ client, prefix: 'bare:' })
      await client.connect()
      await cut() // without an error listener, node-redis throws an uncaught exception
      await store.close()
      let heard = 0
      client.on('error', () => {})
      client.on('ready', () => heard++)
      await cut()
      await expect.poll(() => heard, { interval: 5 }).toBeGreaterThan(0)
    } finally {
      client.destroy()
    }
  })
})
