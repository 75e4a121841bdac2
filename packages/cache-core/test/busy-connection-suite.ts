/** A usable connection with much to do: large entries, many keys, and a process that is busy itself. */
import { expect, it } from 'vitest'
import type { ClientKind } from './clients.ts'
import { connect, hitAgain, open, proxy, read, server, warnings } from './own-redis.ts'

const DEADLINE_MS = 250
/** If the machine gives the proxy no time for a whole deadline, nothing arrives and one run may fail. A fault fails every run. */
const SLOWED = { retry: 2 }

export function testBusyConnections(kind: ClientKind): void {
  /** Its received bytes can't be observed: a transfer longer than the deadline counts as no answer. */
  const hidesTransfers = kind.name === 'node-redis'
  it('returns hits for reads that were pending while the event loop was busy longer than the deadline', async () => {
    const { cache } = open(await connect(kind))
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    for (const key of keys) await read(cache, key)
    proxy.hold()
    const reads = keys.map((key) => read(cache, key))
    await expect.poll(() => proxy.heldBytes).toBeGreaterThan(0)
    proxy.release()
    const busyUntil = performance.now() + DEADLINE_MS + 30
    while (performance.now() < busyUntil);
    expect((await Promise.all(reads)).map(({ outcome }) => outcome)).toEqual(keys.map(() => 'hit'))
  })

  it.skipIf(hidesTransfers)(
    'does not treat a transfer as an outage: small entries are hits during a large one, on a slow connection',
    SLOWED,
    async () => {
      const { cache, store } = open(await connect(kind), { ownsConnection: true })
      const large = Buffer.alloc(3_700_000, 'x')
      const readLarge = () => cache.read('large', async () => large)
      for (let i = 0; i < 20; i++) await read(cache, `k${i}`)
      proxy.limit(50_000_000)
      expect((await readLarge()).outcome).toBe('miss')
      const readingLarge = readLarge()
      const outcomes: string[] = []
      for (let i = 0, isDone = false; !isDone; i++) {
        outcomes.push((await read(cache, `k${i % 20}`)).outcome)
        isDone = await Promise.race([
          readingLarge.then(() => true),
          new Promise<false>((resolve) => setTimeout(resolve, 5, false)),
        ])
      }
      const { outcome, value } = await readingLarge
      expect([outcome, value?.length, [...new Set(outcomes)]]).toEqual(['hit', large.length, ['hit']])
      expect([store.health(), warnings]).toEqual([{ isUsable: true }, []])
    },
  )

  it.skipIf(hidesTransfers)(
    'does not treat concurrent large fills as an outage, on a slow connection',
    SLOWED,
    async () => {
      const { cache } = open(await connect(kind), { ownsConnection: true })
      await read(cache)
      proxy.limit(50_000_000)
      const megabyte = Buffer.alloc(1_000_000, 'x')
      const filling = Promise.all(Array.from({ length: 6 }, (_, i) => cache.read(`large ${i}`, async () => megabyte)))
      const outcomes = new Set<string>()
      for (let isDone = false; !isDone; ) {
        outcomes.add((await read(cache)).outcome)
        isDone = await Promise.race([
          filling.then(() => true),
          new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
        ])
      }
      expect([...outcomes]).toEqual(['hit'])
    },
  )

  it.skipIf(hidesTransfers)('skips an entry that takes too long, with one warning', SLOWED, async () => {
    const { cache } = open(await connect(kind), { ownsConnection: true })
    const large = Buffer.alloc(3_000_000, 'x')
    const readLarge = () => cache.read('large', async () => large)
    expect((await readLarge()).outcome).toBe('miss')
    for (let i = 0; i < 20; i++) await read(cache, `k${i}`)
    proxy.limit(8_000_000)
    let isReading = true
    const reading = Promise.all([readLarge(), new Promise((resolve) => setTimeout(resolve, 3_000))]).then(
      ([answer]) => {
        isReading = false
        return answer
      },
    )
    // Small entries behind it are late too, but don't count as too slow.
    while (isReading) {
      for (let i = 0; i < 20; i++) void read(cache, `k${i}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect((await reading).outcome).toBe('bypass')
    expect((await readLarge()).outcome).toBe('bypass')
    await hitAgain(cache, 5_000, 'k1')
    expect(warnings).toEqual([{ code: 'ENTRY_TOO_SLOW', message: expect.stringContaining('"large"') }])
  })

  it('completes an invalidation of many keys before it is closed', async () => {
    const client = await connect(kind, server.url)
    const keys = Array.from({ length: 20_000 }, (_, i) => `key:${i}`)
    const first = open(client)
    await read(first.cache, 'key:19999', 'old')
    const invalidating = first.cache.invalidate({ keys })
    await first.store.close()
    expect(await invalidating).toBe(true)
    expect((await read(open(client).cache, 'key:19999', 'new')).value?.toString()).toBe('new')
  })

  it('invalidates 200,000 keys in one call, and no read bypasses it meanwhile', async () => {
    const { cache } = open(await connect(kind, server.url))
    await read(cache, 'other')
    const keys = Array.from({ length: 200_000 }, (_, i) => `key:${i}`)
    await read(cache, 'key:7')
    await read(cache, 'key:199999')
    const invalidating = cache.invalidate({ keys })
    const outcomes = new Set<string>()
    let isDone = false
    void invalidating.finally(() => {
      isDone = true
    })
    while (!isDone) outcomes.add((await read(cache, 'other')).outcome)
    expect(await invalidating).toBe(true)
    expect([...outcomes]).toEqual(['hit'])
    for (const key of ['key:7', 'key:199999']) expect((await read(cache, key)).outcome).toBe('miss')
    expect((await read(cache, 'other')).outcome).toBe('hit')
  })
}
