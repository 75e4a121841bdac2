import { memoryStore, type Store } from 'cache-core'
import { expect, it } from 'vitest'
import { Counters } from './counters.ts'
import { observedStore } from './observed-store.ts'

it('forwards everything, including health and close', async () => {
  let isClosed = false
  const store: Store = {
    ...memoryStore(),
    health: () => ({ isUsable: false, reason: 'as told' }),
    close: async () => {
      isClosed = true
    },
  }
  const observed = observedStore(store, new Counters())
  const { fill, invalidate, invalidateAll, ...others } = observed
  expect(Object.keys(observed).sort()).toEqual(Object.keys(store).sort())
  for (const kept of ['clock', 'guarantee', 'peek', 'health', 'close'] as const)
    expect(observed[kept]).toBe(store[kept])
  // The methods work without `this`.
  expect(await invalidate(['k'], ['t'])).toBe(true)
  expect(await fill('k', { token: 'none', entry: Buffer.alloc(40), expiresAt: 0 })).toBe(false)
  await others.close?.()
  expect([isClosed, others.health?.()]).toEqual([true, { isUsable: false, reason: 'as told' }])
  expect(await invalidateAll()).toBe(true)
})

it('counts fills, refused fills, and each invalidated key and tag', async () => {
  const counters = new Counters()
  const { fill, claim, invalidate, invalidateAll } = observedStore(memoryStore(), counters)
  await claim('k', { token: 'mine', leaseMs: 1_000, tags: [] })
  const entry = { entry: Buffer.alloc(40), expiresAt: Number.MAX_SAFE_INTEGER }
  await fill('k', { ...entry, token: 'mine' })
  await fill('k', { ...entry, token: 'not mine' })
  await invalidate(['k', 'l'], ['t'])
  await invalidateAll()
  expect(counters.counts).toMatchObject({ fills: 1, refusedFills: 1, invalidations: 4 })
})

it('counts the calls that are answered by a promise: a store in memory answers immediately', async () => {
  const counters = new Counters()
  const memory = memoryStore()
  const far: Store = {
    ...memory,
    get: async (key, tags) => memory.get(key, tags),
    getMany: async (keys, tags) => keys.map(() => ({ bytes: undefined, epochs: tags.map(() => undefined) })),
    claim: async (key, request) => memory.claim(key, request),
    invalidate: async (keys, tags) => memory.invalidate(keys, tags),
  }
  const observed = observedStore(far, counters)
  await observed.get('k', [])
  await observed.getMany!(['k', 'l'], [])
  await observed.claim('k', { token: 'mine', leaseMs: 1_000, tags: [] })
  await observed.fill('k', { token: 'mine', entry: Buffer.alloc(40), expiresAt: Number.MAX_SAFE_INTEGER })
  await observed.invalidate(['k'], [])
  expect(counters.counts.storeCalls).toBe(4)
})
