/** A cache and time: leases, renewal, waiting, jitter. */
import { expect, it } from 'vitest'
import { cacheAside, createCache, expireOnly, memoryStore, type ReadStrategy, stampedeLock } from './index.ts'
import { fakeRuntime, gate, settled } from './testing/index.ts'

function world(read: ReadStrategy, chance?: number) {
  const runtime = fakeRuntime(chance)
  const store = memoryStore({ runtime })
  const open = () => createCache({ store, read, write: expireOnly(), runtime })
  return { runtime, store, open, p1: open(), p2: open() }
}

it('renews its lease while the load runs, so that a slow load stays the only one', async () => {
  const { runtime, p1, p2 } = world(stampedeLock({ leaseMs: 100 }))
  const handOver = gate()
  let loads = 0
  const load = async () => {
    loads++
    await handOver.pass()
    return 'value'
  }
  const first = p1.read('k', load)
  await handOver.reached
  const second = p2.read('k', load)
  await runtime.advance(900)
  handOver.open()
  await first
  await runtime.advance(20)
  expect([(await second).outcome, loads]).toEqual(['collapsed', 1])
})

it('stops renewing after 10 lease times, so that readers do not wait forever for a hanging load', async () => {
  const { runtime, p1, p2 } = world(stampedeLock({ leaseMs: 100, waitMs: 60_000 }))
  const never = gate()
  void p1.read('k', async () => never.pass())
  await never.reached
  const second = p2.read('k', async () => 'mine')
  await runtime.advance(1_200)
  expect(await second).toMatchObject({ value: 'mine', outcome: 'miss' })
})

it('takes over from a dead holder when its lease ends', async () => {
  const { runtime, store, p1 } = world(stampedeLock({ leaseMs: 100 }))
  await store.acquire('k', { token: 'dead', leaseMs: 100, seen: undefined, tags: [] })
  const reading = p1.read('k', async () => 'value')
  await runtime.advance(0)
  await runtime.advance(100)
  expect((await reading).outcome).toBe('miss')
})

it('grants a waiting reader the lease immediately when a load fails', async () => {
  const { runtime, p1, p2 } = world(stampedeLock({ leaseMs: 10_000 }))
  const handOver = gate()
  const failing = p1.read('k', async () => {
    await handOver.pass()
    throw new Error('no')
  })
  await handOver.reached
  const second = p2.read('k', async () => 'value')
  await settled()
  handOver.open()
  await expect(failing).rejects.toThrow('no')
  await runtime.advance(20)
  expect((await second).outcome).toBe('miss')
})

it('loads without caching after waitMs', async () => {
  const { runtime, store, p1 } = world(stampedeLock({ waitMs: 500, leaseMs: 10_000 }))
  await store.acquire('k', { token: 'slow', leaseMs: 10_000, seen: undefined, tags: [] })
  const reading = p1.read('k', async () => 'mine')
  await runtime.advance(520)
  expect(await reading).toMatchObject({ value: 'mine', ttlMs: 0 })
  expect((await store.get('k', [])).bytes).toBeUndefined()
})

it('guarantees one load per process if waitMs is 0', async () => {
  const { p1, p2 } = world(stampedeLock({ waitMs: 0 }))
  const handOver = gate()
  let loads = 0
  const load = async () => {
    loads++
    await handOver.pass()
  }
  const readers = [p1.read('k', load), p1.read('k', load), p2.read('k', load)]
  await settled()
  handOver.open()
  await Promise.all(readers)
  expect(loads).toBe(2)
  expect(p1.guarantee.loadsPerExpiry).toEqual({ atMost: 1, per: 'process' })
})

it('subtracts the jitter from the TTL, and never adds to it', async () => {
  for (const [chance, ttlMs] of [
    [0, 1_000],
    [0.5, 900],
    [1, 800],
  ] as const) {
    const { p1 } = world(cacheAside({ ttlMs: 1_000, jitter: 0.2 }), chance)
    await p1.read('k', async () => 1)
    expect((await p1.read('k', async () => 1)).ttlMs).toBe(ttlMs)
  }
})

it('does not keep the value of a load that outlasted its TTL', async () => {
  const { runtime, p1 } = world(cacheAside({ ttlMs: 100 }))
  const handOver = gate()
  const reading = p1.read('k', async () => {
    await handOver.pass()
    return 'old'
  })
  await handOver.reached
  await runtime.advance(100)
  handOver.open()
  expect(await reading).toMatchObject({ value: 'old', ttlMs: 0 })
  expect((await p1.read('k', async () => 'new')).value).toBe('new')
})

it('counts the TTL from the start of the load', async () => {
  const { runtime, p1 } = world(cacheAside({ ttlMs: 100 }))
  const handOver = gate()
  const reading = p1.read('k', async () => {
    await handOver.pass()
    return 'old'
  })
  await handOver.reached
  await runtime.advance(60)
  handOver.open()
  await reading
  expect(await p1.read('k', async () => 'new')).toMatchObject({ outcome: 'hit', ageMs: 60, ttlMs: 40 })
  await runtime.advance(40)
  expect((await p1.read('k', async () => 'new')).value).toBe('new')
})

it('serves no entry for longer than guaranteed, even if another cache kept it for longer', async () => {
  const { runtime, store, p1 } = world(cacheAside({ ttlMs: 100 }))
  const longer = createCache({ store, read: cacheAside({ ttlMs: 60_000 }), write: expireOnly(), runtime })
  await longer.read('k', async () => 'old')
  await runtime.advance(60)
  expect(await p1.read('k', async () => 'new')).toMatchObject({ outcome: 'hit', ageMs: 60, ttlMs: 40 })
  await runtime.advance(40)
  expect(p1.guarantee.staleForAtMostMs).toBe(100)
  expect(await p1.get('k')).toBeUndefined()
  expect(await p1.read('k', async () => 'new')).toMatchObject({ outcome: 'miss', value: 'new' })
  expect((await longer.read('k', async () => 'newer')).value).toBe('new')
})

it("treats another codec's entry as a miss, and replaces it", async () => {
  const { store, p1 } = world(cacheAside())
  const picky = createCache<string>({
    store,
    read: cacheAside(),
    write: expireOnly(),
    codec: {
      encode: (value) => Buffer.from(value),
      decode: (bytes) => {
        if (bytes[0] === 'j'.charCodeAt(0)) throw new Error('json')
        return bytes.toString()
      },
    },
  })
  await p1.read('k', async () => 'value')
  expect((await picky.read('k', async () => 'mine')).outcome).toBe('miss')
  expect((await picky.read('k', async () => 'mine')).outcome).toBe('hit')
})

it('never takes one key with tags for another key', async () => {
  const { p1 } = world(cacheAside())
  const handOver = gate()
  const other = p1.read('a\0b', async () => {
    await handOver.pass()
    return 'of the other key'
  })
  await handOver.reached
  const mine = p1.read('a', async () => 'mine', { tags: ['b'] })
  handOver.open()
  expect([(await other).value, (await mine).value]).toEqual(['of the other key', 'mine'])
})

it('refuses keys and tags whose bytes would collide', async () => {
  const { p1 } = world(cacheAside())
  await expect(p1.read('user:\ud800', async () => 1)).rejects.toThrow('half a surrogate pair')
  await expect(p1.read('k', async () => 1, { tags: ['\udc00'] })).rejects.toThrow('half a surrogate pair')
  await expect(p1.invalidate({ tags: ['\udc00'] })).rejects.toThrow('half a surrogate pair')
})

it.each([
  [{ ttlMs: 0 }, 'ttlMs is 0; give a number from 1 to 315360000000'],
  [{ ttlMs: Number.NaN }, 'ttlMs is NaN; give a number from 1 to 315360000000'],
  [{ jitter: 1.5 }, 'jitter is 1.5; give a number from 0 to 1'],
  [{ leaseMs: 5 }, 'leaseMs is 5; give a number from 10 to 3600000'],
  [{ ttlMs: 100, absentTtlMs: 200 }, 'absentTtlMs is 200; give a number from 1 to 100'],
])('refuses %o at construction', (options, message) => {
  expect(() => cacheAside(options)).toThrow(message)
})
