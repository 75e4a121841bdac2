/** Every read strategy × every write strategy × every store, checked against its guarantee. */
import { describe, expect, it } from 'vitest'
import { type Cache, createCache, type LoadsPerExpiry } from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { reads, writes } from './all-strategies.ts'
import { backendsByTurn } from './backends.ts'
import { leaseOn } from './processes.ts'

const pairs = reads.flatMap((read) =>
  writes.map((write) => ({ read, write, name: `${read().name} × ${write().name}` })),
)

const TTL_MS = 60
/** Long enough for a whole test on a busy machine. */
const LONG_MS = 6_000
const STALE_MS = 40
/** Concurrent readers in each process. */
const READERS = 20

/** For strategies that decide at random, `loads-per-expiry.test.ts` checks the mean. */
function mostLoads(allowed: LoadsPerExpiry, processes: number): number {
  if ('expected' in allowed) return Number.POSITIVE_INFINITY
  return allowed.atMost * { expiry: 1, process: processes, read: processes * READERS }[allowed.per]
}

const values: unknown[] = [0, '', false, null, [], {}, 'text', 1.5, Buffer.from([0, 255, 10]), Buffer.alloc(0)]

describe.each(backendsByTurn)('$name', ({ makeStore }) => {
  describe.each(pairs)('$name', ({ read, write }) => {
    const caches = read().lifetime !== undefined
    const open = async (ttlMs = 60_000) => {
      const room = await makeStore()
      return () =>
        createCache({ store: room.open(), read: read({ ttlMs, staleMs: STALE_MS, leaseMs: LONG_MS }), write: write() })
    }
    const counted = <T>(value: () => T) => {
      const load = async () => {
        load.loads++
        return value()
      }
      load.loads = 0
      return load
    }

    it('loads once, then serves the same from the cache, in every process', async () => {
      const process = await open()
      const [p1, p2] = [process(), process()]
      const load = counted(() => ({ n: 1 }))
      expect((await p1.read('k', load)).outcome).toBe(caches ? 'miss' : 'bypass')
      for (const cache of [p1, p2]) {
        expect(await cache.read('k', load)).toMatchObject({ value: { n: 1 }, outcome: caches ? 'hit' : 'bypass' })
      }
      expect(load.loads).toBe(caches ? 1 : 3)
    })

    it('returns values unchanged', async () => {
      const cache = (await open())()
      for (const [i, value] of values.entries()) {
        await cache.read(`k${i}`, async () => value)
        expect((await cache.read(`k${i}`, async () => value)).value).toEqual(value)
      }
    })

    it('caches absence, for its shorter TTL', async () => {
      const cache = (await open(LONG_MS * 10))()
      const load = counted(() => undefined)
      expect((await cache.read('k', load)).value).toBeUndefined()
      const again = await cache.read('k', load)
      expect(again.value).toBeUndefined()
      expect(again.outcome).toBe(caches ? 'hit' : 'bypass')
      expect(again.ttlMs).toBeLessThanOrEqual(LONG_MS)
    })

    it.each(['read', 'get'] as const)('serves a %s no value older than guaranteed', async (how) => {
      const cache = (await open(TTL_MS))()
      const { staleForAtMostMs } = cache.guarantee
      let loadBegan = 0
      await cache.read('k', async () => {
        loadBegan = performance.now()
        return 'old'
      })
      // Reads may bring in the new value themselves. Peeks only observe.
      const look = how === 'get' ? () => cache.get('k') : () => cache.read('k', async () => 'new')
      for (let value: unknown = 'old'; value === 'old'; ) {
        const askedAt = performance.now()
        value = (await look())?.value
        if (value === 'old') expect(askedAt - loadBegan).toBeLessThanOrEqual(staleForAtMostMs)
      }
    })

    it('keeps its guarantee for reads after a write', async () => {
      const room = await makeStore()
      const process = () => createCache({ store: room.open(), read: read(), write: write() })
      const [p1, p2] = [process(), process()]
      let row = 'v1'
      const load = async () => row
      const list = async () => [row]
      for (const cache of [p1, p2]) {
        await cache.read('k', load)
        await cache.read('list', list, { tags: ['all'] })
      }
      const { result } = await p1.write({ keys: ['k'], tags: ['all'], value: (row) => row }, async () => (row = 'v2'))
      expect(result).toBe('v2')
      const { readAfterWriteOf, othersWithinMs } = p1.guarantee
      expect(othersWithinMs !== undefined).toBe(caches && room.told !== undefined)
      for (const cache of [p1, p2]) {
        if (cache === p2) await room.told?.()
        const after = [(await cache.read('k', load)).value, await cache.read('list', list, { tags: ['all'] })]
        expect(after[0]).toBe(readAfterWriteOf === 'none' ? 'v1' : 'v2')
        expect((after[1] as { value: string[] }).value).toEqual([readAfterWriteOf === 'keys and tags' ? 'v2' : 'v1'])
      }
    })

    it.each(['at first', 'at expiry'])('does no more loads than guaranteed, %s', async (when) => {
      const process = await open()
      const processes = [process(), process(), process()]
      if (when === 'at expiry' && caches) {
        // This entry alone: the one that replaces it must not expire too while a busy machine stalls.
        await processes[0]!.read('k', async () => 1, { ttlMs: TTL_MS })
        while ((await processes[0]!.get('k'))?.outcome === 'hit');
      }
      const handOver = gate()
      const load = counted(() => 1)
      const slow = async () => {
        const value = await load()
        await handOver.pass()
        return value
      }
      const reading = processes.flatMap((cache: Cache<unknown>) =>
        Array.from({ length: READERS }, () => cache.read('k', slow)),
      )
      await handOver.reached
      handOver.open()
      const outcomes = (await Promise.all(reading)).map(({ outcome }) => outcome)
      await Promise.all(processes.map((cache) => cache.close())) // includes background refreshes
      const most = mostLoads(read().guarantee.loadsPerExpiry, processes.length)
      expect(load.loads).toBeLessThanOrEqual(most)
      expect(outcomes.filter((outcome) => outcome === 'miss').length).toBeLessThanOrEqual(most)
    })

    it('fails all waiting readers with the error of the one load, and does not cache it', async () => {
      const cache = (await open())()
      const handOver = gate()
      const fail = async (): Promise<string> => {
        await handOver.pass()
        throw new Error('the database is unavailable')
      }
      const reading = Array.from({ length: 5 }, () => cache.read('k', fail))
      await handOver.reached
      handOver.open()
      for (const { status } of await Promise.allSettled(reading)) expect(status).toBe('rejected')
      expect((await cache.read('k', async () => 'back')).value).toBe('back')
    })

    it('after a refused fill, still returns the loaded value', async () => {
      const process = await open()
      const [p1, p2] = [process(), process()]
      const handOver = gate()
      const reading = p1.read('k', async () => {
        await handOver.pass()
        return 'loaded'
      })
      await handOver.reached
      await p2.invalidate({ keys: ['k'] })
      handOver.open()
      expect(await reading).toMatchObject({ value: 'loaded', outcome: caches ? 'miss' : 'bypass', ttlMs: 0 })
      expect((await p1.read('k', async () => 'newer')).value).toBe('newer')
    })

    it('invalidates by key, by tag and everything', async () => {
      const cache = (await open())()
      let n = 0
      const load = async () => ++n
      const read = () => cache.read('k', load, { tags: ['t'] })
      for (const invalidateIt of [
        () => cache.invalidate({ keys: ['k'] }),
        () => cache.invalidate({ tags: ['t'] }),
        () => cache.invalidateAll(),
      ]) {
        const before = (await read()).value!
        expect((await read()).value).toBe(caches ? before : before + 1)
        await invalidateIt()
        expect((await read()).value).toBeGreaterThan(before)
      }
    })

    it('does not fail a committed write: a value that can’t be filled is invalidated', async () => {
      const cache = (await open())()
      let row: unknown = 'v1'
      const load = async () => String(row)
      await cache.read('k', load)
      const asIs = { keys: ['k'], value: (result: unknown) => result }
      const unencodable = cache.write(asIs, async () => (row = 2n))
      expect((await unencodable).result).toBe(2n)
      if (cache.guarantee.readAfterWriteOf !== 'none') expect((await cache.read('k', load)).value).toBe('2')
      const change = {
        keys: ['k'],
        value: () => {
          throw new Error('a bug in the caller')
        },
      }
      await cache.write(change, async () => (row = 'v3'))
      if (cache.guarantee.readAfterWriteOf !== 'none') expect((await cache.read('k', load)).value).toBe('v3')
    })

    it('rethrows a commit’s synchronous error, and leaves no lease', async () => {
      const room = await makeStore()
      const cache = createCache({ store: room.open(), read: read(), write: write() })
      const change = { keys: ['k'] }
      const early = () =>
        cache.write(change, () => {
          throw new Error('early')
        })
      await expect(early()).rejects.toThrow('early')
      expect(await leaseOn(room.open(), 'k')).toBe('free')
    })

    it('accepts fractions of a millisecond', async () => {
      const room = await makeStore()
      const cache = createCache({ store: room.open(), read: read({ ttlMs: 1_000.5, leaseMs: 33.3 }), write: write() })
      expect((await cache.read('k', async () => 1)).outcome).toBe(caches ? 'miss' : 'bypass')
    })

    it('rethrows the error of a failed commit, and then serves the database’s value', async () => {
      const cache = (await open())()
      const failing = cache.write({ keys: ['k'], value: (row) => row }, async () => {
        throw new Error('deadlock')
      })
      await expect(failing).rejects.toThrow('deadlock')
      expect((await cache.read('k', async () => 'v1')).value).toBe('v1')
    })
  })
})
