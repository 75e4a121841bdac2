/** The calls other than `read` and `write`, background refreshes and `close`: their effects, and their races against writes. */
import { describe, expect, it } from 'vitest'
import {
  type Cache,
  type CacheEvent,
  type CacheListeners,
  type CachingStrategy,
  cacheAside,
  createCache,
  invalidate,
  type LoadContext,
  type Store,
  stampedeLock,
} from '../src/index.ts'
import { fakeRuntime, gate } from '../src/testing/index.ts'
import { backends } from './backends.ts'
import { leaseOn, processesOn } from './processes.ts'

/** Serves an expired entry with a background refresh. */
function refreshing({ ttlMs = 60_000, staleMs = 60_000 } = {}): CachingStrategy {
  const read = stampedeLock({ ttlMs, leaseMs: 10_000 })
  return {
    ...read,
    lifetime: { ...read.lifetime, staleMs },
    guarantee: { ...read.guarantee, staleForAtMostMs: ttlMs + staleMs },
    evaluate: (entry, { now }) => (now < entry.freshUntil ? 'serve' : 'refresh'),
  }
}

describe.each(backends)('$name', ({ makeStore }) => {
  const processes = async (read?: CachingStrategy) => processesOn(await makeStore(), read)

  describe('set', () => {
    it('keeps a value for all processes', async () => {
      const process = await processes()
      const [p1, p2] = [process(), process()]
      expect(await p1.set('k', 'made here', { tags: ['t'] })).toBe(true)
      expect(await p2.read('k', async () => 'loaded', { tags: ['t'] })).toMatchObject({
        outcome: 'hit',
        value: 'made here',
      })
      await p2.invalidate({ tags: ['t'] })
      expect((await p1.read('k', async () => 'loaded', { tags: ['t'] })).value).toBe('loaded')
    })

    it('loses to a write between its claim and its fill', async () => {
      const room = await makeStore()
      const [mine, theirs] = [room.open(), room.open()]
      const claimed = gate()
      const slow: Store = {
        ...mine,
        async fill(key, fill) {
          await claimed.pass()
          return mine.fill(key, fill)
        },
      }
      const open = (store: Store) => createCache({ store, read: cacheAside(), write: invalidate() })
      const setting = open(slow).set('k', 'older')
      await claimed.reached
      await open(theirs).write({ keys: ['k'] }, async () => 'newer')
      claimed.open()
      expect(await setting).toBe(false)
      expect(await open(theirs).read('k', async () => 'newer')).toMatchObject({ outcome: 'miss', value: 'newer' })
    })

    it('wins over a load that began before it', async () => {
      const process = await processes()
      const [p1, p2] = [process(), process()]
      const handOver = gate()
      const slow = p1.read('k', async () => {
        await handOver.pass()
        return 'older'
      })
      await handOver.reached
      await p2.set('k', 'newer')
      handOver.open()
      await slow
      expect((await p1.get('k'))?.value).toBe('newer')
    })

    it('fails for a value that can’t be encoded, and leaves neither value nor lease', async () => {
      const process = await processes(stampedeLock())
      const cache = process()
      await cache.set('k', 'before')
      await expect(cache.set('k', 1n)).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
      expect(await process.lease('k')).toBe('free')
    })
  })

  describe('peek', () => {
    it('returns the entry, and neither loads nor takes the lease', async () => {
      const process = await processes(stampedeLock())
      const [p1, p2] = [process(), process()]
      expect(await p1.get('k')).toBeUndefined()
      expect(await p2.read('k', async () => undefined)).toMatchObject({ outcome: 'miss' })
      expect(await p1.get('k')).toMatchObject({ outcome: 'hit', value: undefined })
      expect(p1.stats()).toMatchObject({ loads: 0, misses: 0, hits: 0 })
    })
  })

  describe('a refresh', () => {
    /** An expired entry that may still be served. */
    async function withExpired(load: (context: LoadContext) => Promise<string> = async () => 'v2') {
      const process = await processes(refreshing({ ttlMs: 1 }))
      const refreshes: Promise<boolean>[] = []
      const on: CacheListeners = { refresh: ({ finished }) => refreshes.push(finished) }
      const [p1, p2] = [process({ on }), process({ on })]
      await p1.read('k', async () => 'v1')
      await expect.poll(async () => (await p1.get('k'))?.outcome).toBe('stale')
      return { p1, p2, refreshes, read: (cache: Cache<unknown>) => cache.read('k', load) }
    }

    it('runs in the background, once per process for any number of reads, and emits an event', async () => {
      const handOver = gate()
      const { p1, refreshes, read } = await withExpired(async () => {
        await handOver.pass()
        return 'v2'
      })
      const answers = [await read(p1), await read(p1), ...(await Promise.all([read(p1), read(p1)]))]
      for (const answer of answers) expect(answer).toMatchObject({ outcome: 'stale', value: 'v1' })
      await handOver.reached
      handOver.open()
      expect(await Promise.all(refreshes)).toEqual([true])
      expect(p1.stats()).toMatchObject({ refreshes: 1, failedRefreshes: 0, loads: 2 })
      expect((await p1.get('k'))?.value).toBe('v2')
    })

    it('runs in one process at a time, by its lease', async () => {
      const handOver = gate()
      let loads = 0
      const { p1, p2, refreshes, read } = await withExpired(async () => {
        loads++
        await handOver.pass()
        return 'v2'
      })
      await read(p1)
      await handOver.reached
      for (let i = 0; i < 5; i++) {
        await read(p2)
        // Asks for the lease once, and again only after that lease has ended.
        expect(await refreshes[1]).toBe(false)
      }
      expect(p2.stats().refreshes).toBe(1)
      handOver.open()
      expect(await refreshes[0]).toBe(true)
      expect(loads).toBe(1)
    })

    it('that fails does not affect the answer, is counted, and is reported by its event', async () => {
      const { p1, refreshes, read } = await withExpired(() => Promise.reject(new Error('the database is unavailable')))
      expect(await read(p1)).toMatchObject({ outcome: 'stale', value: 'v1' })
      await expect(refreshes[0]).rejects.toThrow('the database is unavailable')
      expect(p1.stats()).toMatchObject({ refreshes: 1, failedRefreshes: 1, failedLoads: 1, failedReads: 0 })
    })

    it('does not keep a value if a write committed during its load', async () => {
      const handOver = gate()
      const { p1, p2, refreshes, read } = await withExpired(async () => {
        await handOver.pass()
        return 'v2'
      })
      await read(p1)
      await handOver.reached
      await p2.write({ keys: ['k'] }, async () => 'v3')
      handOver.open()
      await refreshes[0]
      expect(await p1.get('k')).toBeUndefined()
    })

    it('is awaited by close, after which none begins', async () => {
      const handOver = gate()
      const { p1, refreshes, read } = await withExpired(async () => {
        await handOver.pass()
        return 'v2'
      })
      await read(p1)
      await handOver.reached
      let isClosed = false
      const closing = p1.close().then(() => {
        isClosed = true
      })
      await read(p1)
      expect(isClosed).toBe(false)
      handOver.open()
      await closing
      expect((await p1.get('k'))?.value).toBe('v2')
      await expect.poll(async () => (await read(p1)).outcome).toBe('stale')
      expect(refreshes).toHaveLength(1)
    })
  })

  describe('close', () => {
    it('during a fill leaves no timer and no lease', async () => {
      const room = await makeStore()
      const store = room.open()
      const filling = gate()
      const slow: Store = {
        ...store,
        async fill(key, fill) {
          await filling.pass()
          return store.fill(key, fill)
        },
      }
      const runtime = fakeRuntime()
      let timers = 0
      const counting = {
        ...runtime,
        every(ms: number, action: () => void) {
          timers++
          const cancel = runtime.every(ms, action)
          return () => {
            timers--
            cancel()
          }
        },
      }
      const cache = createCache({ store: slow, read: stampedeLock(), write: invalidate(), runtime: counting })
      const reading = cache.read('k', async () => 'v1')
      await filling.reached
      expect(timers).toBe(1)
      const closing = cache.close()
      filling.open()
      await closing
      await reading
      expect(timers).toBe(0)
      const other = createCache({ store: room.open(), read: stampedeLock(), write: invalidate() })
      expect((await other.read('k', async () => 'v2')).value).toBe('v1')
      await other.invalidate({ keys: ['k'] })
      expect(await leaseOn(room.open(), 'k')).toBe('free')
    })
  })

  describe('version', () => {
    it('makes entries of another version misses, and lets both versions invalidate each other', async () => {
      const process = await processes()
      const [old, renewed] = [process({ version: '1' }), process({ version: '2' })]
      await old.read('k', async () => 'old form')
      expect(await renewed.read('k', async () => 'new form')).toMatchObject({ outcome: 'miss', value: 'new form' })
      expect(await renewed.read('k', async () => 'not asked')).toMatchObject({ outcome: 'hit', value: 'new form' })
      await old.write({ keys: ['k'] }, async () => 'v2')
      expect(await renewed.get('k')).toBeUndefined()
    })
  })

  it('stats and events record all operations, and a throwing listener fails no call', async () => {
    const events: CacheEvent[] = []
    const note = (event: CacheEvent) => {
      events.push(event)
      throw new Error("the listener's mistake")
    }
    const on = { read: note, load: note, fill: note, invalidate: note, invalidateAll: note }
    const cache = (await processes())({ on })
    await cache.read('k', async () => 1)
    await cache.read('k', async () => 1)
    await cache.write({ keys: ['k'], tags: ['t'] }, async () => 2)
    await cache.read('f', () => Promise.reject(new Error('unavailable'))).catch(() => {})
    await cache.invalidateAll()
    const counts = { hits: 1, misses: 1, failedReads: 1, loads: 2, failedLoads: 1, fills: 1, writes: 1 }
    expect(cache.stats()).toMatchObject({ ...counts, invalidations: 3, collapsed: 0, stale: 0, bypassed: 0 })
    expect(events.map(({ type }) => type)).toEqual([
      'load',
      'fill',
      'read',
      'read',
      'invalidate',
      'load',
      'invalidateAll',
    ] satisfies CacheEvent['type'][])
    expect(events[4]).toEqual({ type: 'invalidate', keys: ['k'], tags: ['t'], isConfirmed: true })
  })

  it('health reports that the store is in use', async () => {
    const cache = (await processes())()
    await cache.read('k', async () => 1)
    expect(cache.health()).toEqual({ isUsable: true })
  })
})
