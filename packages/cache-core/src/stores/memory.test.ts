import { describe, expect, it } from 'vitest'
import { createCache } from '../create-cache.ts'
import { encodeEntry } from '../entry.ts'
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

it('evicts the least recently used entry for room, and says so', async () => {
  const evicted: string[] = []
  const store = memoryStore({ maxBytes: 10_000, onEvict: (key) => evicted.push(key) })
  for (const key of ['a', 'b', 'c']) await fill(store, key, 3_000)
  await store.get('a', [])
  await fill(store, 'd', 3_000)
  expect(evicted).toEqual(['b'])
})

it('keeps what is filled, whatever the listener to evictions throws', async () => {
  const onEvict = () => {
    throw new Error("the listener's mistake")
  }
  const store = memoryStore({ maxEntries: 1, onEvict })
  await fill(store, 'a', 10)
  expect(await fill(store, 'b', 10)).toBe(true)
  expect((await store.get('b', [])).bytes).toBeDefined()
})

it('evicts the least recently used entry beyond so many', async () => {
  const evicted: string[] = []
  const store = memoryStore({ maxEntries: 3, onEvict: (key) => evicted.push(key) })
  for (const key of ['a', 'b', 'c']) await fill(store, key, 10)
  await store.get('a', [])
  await fill(store, 'c', 10)
  await fill(store, 'd', 10)
  expect(evicted).toEqual(['b'])
  expect((await store.get('a', [])).bytes).toBeDefined()
})

it('drops an entry at its expiry to the millisecond, by the clock it was given', async () => {
  const runtime = fakeRuntime()
  const store = memoryStore({ runtime })
  await fill(store, 'k', 10, 100)
  await runtime.advance(99.9)
  expect((await store.get('k', [])).bytes).toBeDefined()
  await runtime.advance(0.1)
  expect((await store.get('k', [])).bytes).toBeUndefined()
})

it('says so when an entry is larger than all its room', async () => {
  expect(await fill(memoryStore({ maxBytes: 10_000 }), 'k', 20_000)).toBe(false)
})

it.each([0, 1.5, Number.NaN])('refuses room for %d entries', (maxEntries) => {
  expect(() => memoryStore({ maxEntries })).toThrow(`maxEntries is ${maxEntries}; give a whole number of at least 1`)
})

it('refuses a size that holds nothing', () => {
  expect(() => memoryStore({ maxBytes: 10 })).toThrow('maxBytes is 10; give a number of at least 1024')
})

describe('bounded by entries', () => {
  it.each(storeContract)('$title', ({ run }) => run(memoryStore({ maxEntries: 100 })))
})

it('closed, leaves its outbox, and reads go past it', async () => {
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
