/** Loads that wait for themselves, under each strategy, and across processes on one Redis. */
import { describe, expect, it } from 'vitest'
import { type Cache, createCache, invalidate, stampedeLock } from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { reads } from './all-strategies.ts'
import { backends } from './backends.ts'

/** Far more than needed even on a busy machine, and far less than `waitMs` and the lease: 10 s each. */
const AT_ONCE_MS = 5_000
const LEASE_MS = 10_000

async function readChain(cache: Cache<unknown>, [key, ...others]: readonly string[]): Promise<unknown> {
  const load = async () => (others.length === 0 ? 'the last' : readChain(cache, others))
  return (await cache.read(key!, load)).value
}

async function timed<R>(work: Promise<R>): Promise<{ got: R | unknown; tookMs: number }> {
  const start = performance.now()
  const got = await work.catch((error: unknown) => error)
  const tookMs = performance.now() - start
  return { got, tookMs }
}

/** One process reads a, whose load reads b; the other reads b, whose load reads a, once both loads run. */
async function meet(first: Cache<unknown>, second: Cache<unknown>) {
  const [a, b] = [gate(), gate()]
  const reading = [
    first.read('a', () => a.pass().then(() => readChain(first, ['b']))),
    second.read('b', () => b.pass().then(() => readChain(second, ['a']))),
  ].map((read) => timed(read.then(({ value }) => value)))
  await Promise.all([a.reached, b.reached])
  a.open()
  b.open()
  return Promise.all(reading)
}

describe.each(backends)('$name', ({ makeStore }) => {
  describe.each(reads)('%o', (read) => {
    it.each([
      ['its own key', ['a', 'a']],
      ['its own key through another', ['a', 'b', 'a']],
      ['its own key 50 loads deep', [...Array.from({ length: 50 }, (_, i) => `k${i}`), 'k0']],
    ])('a load that reads %s gets an error that names the path, and later readers are served', async (_what, path) => {
      const cache = createCache({
        store: (await makeStore()).open(),
        read: read({ leaseMs: LEASE_MS }),
        write: invalidate(),
      })
      await cache.get('connect')
      const { got, tookMs } = await timed(readChain(cache, path))
      expect(got).toMatchObject({ code: 'LOAD_CYCLE', message: expect.stringContaining(path.join(' → ')) })
      expect(tookMs).toBeLessThan(AT_ONCE_MS)
      for (const key of path) expect(await readChain(cache, [key])).toBe('the last')
    })

    it('two callers whose loads read each other’s key are answered immediately, at most one with an error', async () => {
      const cache = createCache({
        store: (await makeStore()).open(),
        read: read({ leaseMs: LEASE_MS }),
        write: invalidate(),
      })
      const met = await meet(cache, cache)
      const failures = met.filter(({ got }) => got instanceof Error)
      expect(failures.map(({ got }) => got)).toEqual(
        cache.guarantee.loadsPerExpiry.per === 'read' ? [] : [expect.objectContaining({ code: 'LOAD_CYCLE' })],
      )
      for (const { tookMs } of met) expect(tookMs).toBeLessThan(AT_ONCE_MS)
    })
  })
})

describe.each(backends.filter(({ name }) => name !== 'memory'))('over two processes on $name', ({ makeStore }) => {
  it('two callers that wait for each other’s leases load without them after waitMs', async () => {
    const room = await makeStore()
    const open = () => createCache({ store: room.open(), read: stampedeLock({ waitMs: 300 }), write: invalidate() })
    const met = await meet(open(), open())
    expect(met.map(({ got }) => got)).toEqual(['the last', 'the last'])
    for (const { tookMs } of met) expect(tookMs).toBeLessThan(300 + AT_ONCE_MS)
  })
})
