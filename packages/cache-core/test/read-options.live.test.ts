/** The options of `read`, and what its load may set. None of them weakens the guard. */
import { describe, expect, it } from 'vitest'
import { type CachingStrategy, cacheAside, type LoadContext, stampedeLock } from '../src/index.ts'
import { fakeRuntime, gate } from '../src/testing/index.ts'
import { backends } from './backends.ts'
import { processesOn } from './processes.ts'

describe.each(backends)('$name', ({ makeStore }) => {
  const processes = async (read?: CachingStrategy) => processesOn(await makeStore(), read)

  describe('signal', () => {
    it('ends only the wait of the caller that aborts, not the load or the wait of others', async () => {
      const cache = (await processes())()
      const handOver = gate()
      const caller = new AbortController()
      let loadSignal: AbortSignal | undefined
      const load = async ({ signal }: LoadContext) => {
        loadSignal = signal
        await handOver.pass()
        return 'v1'
      }
      const aborted = cache.read('k', load, { signal: caller.signal })
      const other = cache.read('k', async () => 'not asked')
      await handOver.reached
      caller.abort(new Error('the client hung up'))
      await expect(aborted).rejects.toThrow('the client hung up')
      expect(loadSignal?.aborted).toBe(false)
      handOver.open()
      expect((await other).value).toBe('v1')
      expect(await cache.get('k')).toMatchObject({ outcome: 'hit', value: 'v1' })
    })

    it('refuses a caller that has already aborted, without a load', async () => {
      const cache = (await processes())()
      const load = async () => expect.fail('loaded')
      await expect(cache.read('k', load, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
    })
  })

  describe('loadTimeoutMs', () => {
    it('frees the key for the next reader, aborts the load’s signal, and is the error of all waiting readers', async () => {
      const process = await processes(stampedeLock())
      const runtime = fakeRuntime()
      const [p1, p2] = [process({ runtime, loadTimeoutMs: 500 }), process()]
      const hanging = gate()
      let reason: unknown
      const hang = async ({ signal }: LoadContext) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
        })
        await hanging.pass()
        return 'too late'
      }
      const readers = [p1.read('k', hang), p1.read('k', hang)]
      const failed = Promise.allSettled(readers)
      await hanging.reached
      await runtime.advance(500)
      const errors = await failed
      expect(await process.lease('k')).toBe('free')
      for (const settled of errors) {
        expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'LOAD_TIMEOUT', key: 'k' } })
      }
      expect(reason).toMatchObject({ code: 'LOAD_TIMEOUT' })
      expect(await p2.read('k', async () => 'v2')).toMatchObject({ outcome: 'miss', value: 'v2' })
      hanging.open()
      expect((await p2.read('k', async () => 'v3')).value).toBe('v2')
    })

    it('can be given for one read, and leaves no timer after a load that is in time', async () => {
      const runtime = fakeRuntime()
      let timers = 0
      const counting = {
        ...runtime,
        after(ms: number, action: () => void) {
          timers++
          const cancel = runtime.after(ms, action)
          return () => {
            timers--
            cancel()
          }
        },
      }
      const cache = (await processes())({ runtime: counting })
      await cache.read('k', async () => 'v1', { loadTimeoutMs: 1 })
      await expect(
        cache.read('failing', () => Promise.reject(new Error('unavailable')), { loadTimeoutMs: 1 }),
      ).rejects.toThrow('unavailable')
      const atOnce = () => {
        throw new Error('thrown, not rejected')
      }
      await expect(cache.read('failing', atOnce, { loadTimeoutMs: 1 })).rejects.toThrow('thrown, not rejected')
      expect(timers).toBe(0)
    })

    it.each([0, -1, Number.NaN, 2 ** 31, '5'])('refuses %s', async (loadTimeoutMs) => {
      const process = await processes()
      const wrong = { loadTimeoutMs: loadTimeoutMs as number }
      expect(() => process(wrong)).toThrow(/loadTimeoutMs is/)
      await expect(process().read('k', async () => 1, wrong)).rejects.toThrow(/loadTimeoutMs is/)
    })
  })

  describe('skip', () => {
    it('returns the value, keeps nothing, and releases the lease', async () => {
      const process = await processes(stampedeLock())
      const [p1, p2] = [process(), process()]
      const skipping = async ({ skip }: LoadContext) => {
        skip()
        return 'only for this one'
      }
      expect(await p1.read('k', skipping)).toMatchObject({ outcome: 'miss', value: 'only for this one', ttlMs: 0 })
      expect(await process.lease('k')).toBe('free')
      expect((await p2.read('k', async () => 'v2')).outcome).toBe('miss')
    })
  })

  describe('a TTL for one value', () => {
    it('is set by the read or by the load, and shows in ttlMs', async () => {
      const cache = (await processes(cacheAside({ ttlMs: 60_000 })))()
      await cache.read('by the read', async () => 1, { ttlMs: 5_000 })
      await cache.read('by the load', async ({ setTtl }) => setTtl(5_000), { ttlMs: 50_000 })
      for (const key of ['by the read', 'by the load']) {
        const { ttlMs } = (await cache.get(key))!
        expect(ttlMs, key).toBeGreaterThan(1_000)
        expect(ttlMs, key).toBeLessThanOrEqual(5_000)
      }
    })

    it('is at most the strategy’s, on which the guarantee is based', async () => {
      const process = await processes(cacheAside({ ttlMs: 1_000 }))
      const cache = process()
      const message = 'ttlMs is 1001; give a number from 1 to 1000'
      await expect(cache.read('k', async () => 1, { ttlMs: 1_001 })).rejects.toThrow(message)
      await expect(cache.read('k', async ({ setTtl }) => setTtl(1_001))).rejects.toThrow(message)
      await expect(cache.set('k', 1, { ttlMs: 1_001 })).rejects.toThrow(message)
      expect(await process.lease('k')).toBe('free')
    })
  })

  describe('setTags', () => {
    const tags = ['category:a', 'category:b']
    const inA = async ({ setTags }: LoadContext) => {
      setTags(['category:a'])
      return 'row'
    }

    it('removes tags that the value does not have', async () => {
      const cache = (await processes())()
      await cache.read('k', inA, { tags })
      await cache.invalidate({ tags: ['category:b'] })
      expect((await cache.read('k', inA, { tags })).outcome).toBe('hit')
      await cache.invalidate({ tags: ['category:a'] })
      expect((await cache.read('k', inA, { tags })).outcome).toBe('miss')
    })

    it('the entry does not survive a tag’s invalidation during the load', async () => {
      const process = await processes()
      const [p1, p2] = [process(), process()]
      const handOver = gate()
      const slow = p1.read(
        'k',
        async (context) => {
          await handOver.pass()
          return inA(context)
        },
        { tags },
      )
      await handOver.reached
      await p2.invalidate({ tags: ['category:a'] })
      handOver.open()
      await slow
      expect((await p2.read('k', inA, { tags })).outcome).toBe('miss')
    })

    it('refuses a tag whose epoch was not read before the load, with the remedy', async () => {
      const process = await processes(stampedeLock())
      const cache = process()
      const load = async ({ setTags }: LoadContext) => setTags(['category:c'])
      await expect(cache.read('k', load, { tags })).rejects.toThrow(
        '"k" was read with the tags "category:a", "category:b", so the epoch of "category:c" was not read before its load; give that tag to read too',
      )
      await expect(cache.read('k', load)).rejects.toThrow('"k" was read without tags')
      expect(await process.lease('k')).toBe('free')
    })
  })
})
