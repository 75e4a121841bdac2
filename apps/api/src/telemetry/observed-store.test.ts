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
  const { fill, invalidate, invalidateAll, ...others } = observedStore(store, new Counters())
  const { fill: _fill, invalidate: _invalidate, invalidateAll: _all, ...same } = store
  expect(others).toEqual(same)
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
