import { describe, expect, it } from 'vitest'
import { createCache } from '../create-cache.ts'
import { encodeEntry, HEADER_BYTES } from '../entry.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import { cacheAside } from '../strategies/cache-aside.ts'
import { invalidate } from '../strategies/invalidate.ts'
import { fakeRuntime, storeContract } from '../testing/index.ts'
import { memoryStore } from './memory.ts'

async function fill(store: ReturnType<typeof memoryStore>, key: string, bytes: number, ttlMs = 1_000) {
  const now = store.clock.latest()
  const payload = Buffer.alloc(bytes)
  const entry = encodeEntry({ key: 'k', payload, loadedAt: now, freshUntil: now + ttlMs, loadMs: 0, epochs: [] })
  await store.claim(key, { token: key, leaseMs: 1_000, tags: [] })
  return store.fill(key, { token: key, entry, expiresAt: now + ttlMs })
}

it('evicts the least recently used entry, and calls onEvict', async () => {
  const evicted: string[] = []
  const store = memoryStore({ maxBytes: 11_000, onEvict: (key) => evicted.push(key) })
  for (const key of ['a', 'b', 'c']) await fill(store, key, 3_000)
  await store.get('a', [])
  await fill(store, 'd', 3_000)
  expect(evicted).toEqual(['b'])
})

it('keeps a filled entry even if onEvict throws', async () => {
  const onEvict = () => {
    throw new Error("the listener's mistake")
  }
  const store = memoryStore({ maxEntries: 1, onEvict })
  await fill(store, 'a', 10)
  expect(await fill(store, 'b', 10)).toBe(true)
  expect((await store.get('b', [])).bytes).toBeDefined()
})

it('evicts the least recently used entry beyond maxEntries', async () => {
  const evicted: string[] = []
  const store = memoryStore({ maxEntries: 3, onEvict: (key) => evicted.push(key) })
  for (const key of ['a', 'b', 'c']) await fill(store, key, 10)
  await store.get('a', [])
  await fill(store, 'c', 10)
  await fill(store, 'd', 10)
  expect(evicted).toEqual(['b'])
  expect((await store.get('a', [])).bytes).toBeDefined()
})

it('drops an entry at its expiry to the millisecond, by the given clock', async () => {
  const runtime = fakeRuntime()
  const store = memoryStore({ runtime })
  await fill(store, 'k', 10, 100)
  await runtime.advance(99.9)
  expect((await store.get('k', [])).bytes).toBeDefined()
  await runtime.advance(0.1)
  expect((await store.get('k', [])).bytes).toBeUndefined()
})

it('keeps entries and epochs in their own memory, not as slices', async () => {
  const store = memoryStore()
  const claimed = await store.claim('k', { token: 't', leaseMs: 1_000, tags: ['a'] })
  await store.fill('k', { token: 't', entry: Buffer.alloc(10_000).subarray(0, 500), expiresAt: Infinity })
  const { bytes } = await store.get('k', [])
  expect([bytes!.length, bytes!.buffer.byteLength]).toEqual([500, 500])
  expect(claimed!.epochs.map(({ buffer }) => buffer.byteLength)).toEqual([8])
})

it('frees memory when it drops an entry, unless a reader has received it', async () => {
  const store = memoryStore({ maxEntries: 1 })
  const filled = async (key: string) => {
    const entry = Buffer.allocUnsafeSlow(500)
    await store.claim(key, { token: key, leaseMs: 1_000, tags: [] })
    await store.fill(key, { token: key, entry, expiresAt: Infinity })
    return entry
  }
  const [evicted, replaced, invalidated] = [await filled('a'), await filled('b'), await filled('b')]
  await store.invalidate(['b'], [])
  expect([evicted, replaced, invalidated].map(({ buffer }) => buffer.byteLength)).toEqual([0, 0, 0])
  await filled('c')
  const { bytes } = await store.get('c', [])
  await filled('d')
  await filled('e')
  const acquired = await store.acquire('e', { token: 't', leaseMs: 1_000, seen: undefined, tags: [] })
  await store.invalidate(['e'], [])
  expect(bytes!.buffer.byteLength).toBe(500)
  expect(acquired).toMatchObject({ kind: 'entry', bytes: { length: 500 } })
})

it('answers a claim with a header that outlives its entry', async () => {
  const store = memoryStore()
  await store.claim('k', { token: 'one', leaseMs: 1_000, tags: [] })
  await store.fill('k', { token: 'one', entry: Buffer.alloc(500, 1), expiresAt: Infinity })
  const claimed = await store.claim('k', { token: 'two', leaseMs: 1_000, tags: [] })
  await store.invalidate(['k'], [])
  expect(claimed!.head).toEqual(Buffer.alloc(HEADER_BYTES, 1))
})

it('refuses a fill with an entry larger than maxBytes', async () => {
  expect(await fill(memoryStore({ maxBytes: 10_000 }), 'k', 20_000)).toBe(false)
})

it.each([0, 1.5, Number.NaN])('refuses maxEntries: %d', (maxEntries) => {
  expect(() => memoryStore({ maxEntries })).toThrow(`maxEntries is ${maxEntries}; give a whole number of at least 1`)
})

it('refuses a maxBytes below 1024', () => {
  expect(() => memoryStore({ maxBytes: 10 })).toThrow('maxBytes is 10; give a whole number of at least 1024')
})

describe('bounded by maxEntries', () => {
  it.each(storeContract)('$title', ({ run }) => run(memoryStore({ maxEntries: 100 })))
})

it('a closed store detaches from its outbox, and reads bypass the store', async () => {
  let attached = 0
  const outbox: InvalidationSource = {
    attach() {
      attached++
      return { catchUp: async () => {}, detach: () => attached-- }
    },
  }
  const store = memoryStore({ outbox })
  const cache = createCache<string>({ store, read: cacheAside(), write: invalidate() })
  await cache.read('k', async () => 'v1')
  await store.close()
  expect(attached).toBe(0)
  expect(cache.health()).toEqual({ isUsable: false, reason: 'the store was closed' })
  expect(await cache.read('k', async () => 'v2')).toMatchObject({ outcome: 'bypass', value: 'v2' })
  expect(await cache.write({ keys: ['k'] }, async () => 'v3')).toMatchObject({ result: 'v3', isConfirmed: false })
  expect(await cache.set('k', 'v4')).toBe(false)
})
