/**
 * The contract of every store, as cases for any test runner:
 * `for (const { title, run } of storeContract) it(title, () => run(makeStore()))`.
 */
import assert from 'node:assert/strict'
import { encodeEntry, HEADER_BYTES, identityOf } from '../entry.ts'
import type { Awaitable, Store } from '../ports/store.ts'

export interface StoreCase {
  readonly title: string
  /** @param store empty, and not used elsewhere. */
  run(store: Store): Promise<void>
}

const LEASE_MS = 10_000

function entryOf(store: Store, text: string, freshForMs = 60_000): Buffer {
  const loadedAt = store.clock.earliest()
  const payload = Buffer.from(text)
  return encodeEntry({ key: 'any', payload, loadedAt, freshUntil: loadedAt + freshForMs, loadMs: 1, epochs: [] })
}

async function fill(store: Store, key: string, token: string, text: string): Promise<{ kept: boolean; entry: Buffer }> {
  const entry = entryOf(store, text)
  return { kept: await store.fill(key, { token, entry, expiresAt: store.clock.latest() + 60_000 }), entry }
}

async function acquire(store: Store, key: string, token: string, seen?: Buffer, leaseMs = LEASE_MS) {
  return store.acquire(key, { token, leaseMs, seen, tags: [] })
}

async function granted(store: Store, key: string, token: string, leaseMs = LEASE_MS): Promise<void> {
  assert.equal((await acquire(store, key, token, undefined, leaseMs)).kind, 'granted')
}

async function lies(store: Store, key: string): Promise<Buffer | undefined> {
  return (await store.get(key, [])).bytes
}

/** Polls until `isWanted`. */
async function until<T>(ask: () => Awaitable<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isWanted(answer)) return answer
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Keys that could break hash slots, patterns or length limits. */
const ODD_KEYS = ['', '}', '}x', '{', '{}', '{a}b', 'a}b', '\\', '\\}', '*', '[a]?', 'ü·漢🂡', 'a\0b', 'x'.repeat(4_000)]

/**
 * @example
 * ```ts
 * import { memoryStore } from 'cache-core'
 * import { storeContract } from 'cache-core/testing'
 *
 * for (const { run } of storeContract) await run(memoryStore()) // each in a test of its own
 * ```
 */
export const storeContract: readonly StoreCase[] = [
  {
    title: 'has nothing under a key that was never filled',
    async run(store) {
      assert.deepEqual(await store.get('k', ['t']), { bytes: undefined, epochs: [undefined] })
    },
  },
  {
    title: "keeps the lease holder's fill byte for byte, and ends the lease",
    async run(store) {
      await granted(store, 'k', 'one')
      const { kept, entry } = await fill(store, 'k', 'one', 'v1')
      assert.equal(kept, true)
      assert.deepEqual(await lies(store, 'k'), entry)
      assert.equal((await fill(store, 'k', 'one', 'again')).kept, false)
    },
  },
  {
    title: 'refuses a fill without a lease',
    async run(store) {
      assert.equal((await fill(store, 'k', 'nobody', 'v1')).kept, false)
      assert.equal(await lies(store, 'k'), undefined)
    },
  },
  {
    title: 'refuses a live lease to other callers, and says when it ends',
    async run(store) {
      await granted(store, 'k', 'one')
      const second = await acquire(store, 'k', 'two')
      assert.equal(second.kind, 'held')
      assert(second.kind === 'held' && second.endsInMs > 0 && second.endsInMs <= LEASE_MS)
      assert.equal((await fill(store, 'k', 'two', 'v2')).kept, false)
      assert.equal((await fill(store, 'k', 'one', 'v1')).kept, true)
    },
  },
  {
    title: 'grants a lease again once it has ended, and only the newest token fills',
    async run(store) {
      await granted(store, 'k', 'one', 10)
      await until(
        () => acquire(store, 'k', 'two'),
        ({ kind }) => kind === 'granted',
      )
      assert.equal((await fill(store, 'k', 'one', 'v1')).kept, false)
      assert.equal((await fill(store, 'k', 'two', 'v2')).kept, true)
    },
  },
  {
    title: 'accepts the fill of a slow holder that was not replaced: the token decides, not the time',
    async run(store) {
      // A lease is kept for 8 times its length. On a busy machine the test must not take that long.
      await granted(store, 'k', 'one', 200)
      const start = performance.now()
      await until(
        () => performance.now(),
        (now) => now > start + 205,
      )
      assert.equal((await fill(store, 'k', 'one', 'v1')).kept, true)
    },
  },
  {
    title: 'returns an unseen entry, and grants the lease on a seen one',
    async run(store) {
      await granted(store, 'k', 'one')
      const { entry } = await fill(store, 'k', 'one', 'v1')
      const unseen = await acquire(store, 'k', 'two')
      assert(unseen.kind === 'entry' && unseen.bytes.equals(entry))
      assert.equal((await acquire(store, 'k', 'three', identityOf(entry))).kind, 'granted')
      assert.deepEqual(await lies(store, 'k'), entry, 'the entry stays while it is replaced')
    },
  },
  {
    title: 'drops the entry and revokes the lease on invalidation',
    async run(store) {
      await granted(store, 'k', 'one')
      await fill(store, 'k', 'one', 'v1')
      const seen = identityOf((await lies(store, 'k'))!)
      assert.equal((await acquire(store, 'k', 'two', seen)).kind, 'granted')
      assert.equal(await store.invalidate(['k'], []), true)
      assert.equal(await lies(store, 'k'), undefined)
      assert.equal((await fill(store, 'k', 'two', 'v2')).kept, false)
      await granted(store, 'k', 'three')
    },
  },
  {
    title: 'lets a writer claim the lease from any holder, and leaves the entry',
    async run(store) {
      await granted(store, 'k', 'one')
      const { entry } = await fill(store, 'k', 'one', 'v1')
      assert.equal((await acquire(store, 'k', 'reader', identityOf(entry))).kind, 'granted')
      const claimed = await store.claim('k', { token: 'writer', leaseMs: LEASE_MS, tags: [] })
      assert.notEqual(claimed, undefined)
      const { head } = claimed!
      if (head !== undefined) assert.deepEqual(head, entry.subarray(0, HEADER_BYTES))
      assert.deepEqual(await lies(store, 'k'), entry)
      assert.equal((await fill(store, 'k', 'reader', 'v1')).kept, false)
      assert.equal((await fill(store, 'k', 'writer', 'v2')).kept, true)
    },
  },
  {
    title: 'lets only the later of two claims fill',
    async run(store) {
      await store.claim('k', { token: 'w1', leaseMs: LEASE_MS, tags: [] })
      await store.claim('k', { token: 'w2', leaseMs: LEASE_MS, tags: [] })
      assert.equal((await fill(store, 'k', 'w1', 'v1')).kept, false)
      assert.equal((await fill(store, 'k', 'w2', 'v2')).kept, true)
    },
  },
  {
    title: 'renews and releases only for the holder',
    async run(store) {
      await granted(store, 'k', 'one', 500)
      assert.equal(await store.renew('k', 'two', LEASE_MS), false)
      assert.equal(await store.renew('k', 'one', LEASE_MS), true)
      const held = await acquire(store, 'k', 'two')
      assert(held.kind === 'held' && held.endsInMs > 500)
      await store.release('k', 'two')
      assert.equal((await acquire(store, 'k', 'two')).kind, 'held')
      await store.release('k', 'one')
      await granted(store, 'k', 'two')
      assert.equal(await store.renew('k', 'one', LEASE_MS), false)
    },
  },
  {
    title: 'drops an entry when it expires, and refuses one that has already expired',
    async run(store) {
      await granted(store, 'k', 'one')
      const entry = entryOf(store, 'v1', 20)
      assert.equal(await store.fill('k', { token: 'one', entry, expiresAt: store.clock.latest() + 20 }), true)
      await until(
        () => lies(store, 'k'),
        (bytes) => bytes === undefined,
      )
      await granted(store, 'k', 'two')
      assert.equal(await store.fill('k', { token: 'two', entry, expiresAt: store.clock.earliest() - 1 }), false)
      assert.equal(await lies(store, 'k'), undefined)
      await granted(store, 'k', 'three')
    },
  },
  {
    title: 'gives all callers the same epoch of a tag, and a new one once it is invalidated',
    async run(store) {
      const request = { leaseMs: LEASE_MS, seen: undefined, tags: ['t', 'u'] }
      const [a, b] = await Promise.all([
        store.acquire('k1', { ...request, token: 'one' }),
        store.acquire('k2', { ...request, token: 'two' }),
      ])
      assert(a.kind === 'granted' && b.kind === 'granted')
      assert.deepEqual(a.epochs, b.epochs)
      assert.notDeepEqual(a.epochs[0], a.epochs[1])
      assert.deepEqual((await store.get('k1', ['t', 'u'])).epochs, a.epochs)
      await store.invalidate([], ['t'])
      const [t, u] = (await store.get('k1', ['t', 'u'])).epochs
      assert.notDeepEqual(t, a.epochs[0])
      assert.deepEqual(u, a.epochs[1])
      const claimed = await store.claim('k1', { token: 'w', leaseMs: LEASE_MS, tags: ['u'] })
      assert.deepEqual(claimed?.epochs, [u])
    },
  },
  {
    title: 'invalidates everything, including running loads',
    async run(store) {
      for (const key of ['a', 'b']) {
        await granted(store, key, 'one')
        await fill(store, key, 'one', 'v1')
      }
      await granted(store, 'c', 'loading')
      assert.equal(await store.invalidateAll(), true)
      assert.equal(await lies(store, 'a'), undefined)
      assert.equal(await lies(store, 'b'), undefined)
      assert.equal((await fill(store, 'c', 'loading', 'v1')).kept, false)
    },
  },
  {
    title: 'keeps odd keys apart',
    async run(store) {
      for (const key of ODD_KEYS) {
        await granted(store, key, key)
        assert.equal((await fill(store, key, key, `value of ${key}`)).kept, true)
      }
      for (const key of ODD_KEYS) assert((await lies(store, key))?.includes(`value of ${key}`), key)
      await store.invalidate(ODD_KEYS.slice(0, 3), [])
      for (const [i, key] of ODD_KEYS.entries()) assert.equal((await lies(store, key)) === undefined, i < 3, key)
      await store.invalidateAll()
      for (const key of ODD_KEYS) assert.equal(await lies(store, key), undefined, key)
    },
  },
  {
    title: 'keeps a payload of 4 MB',
    async run(store) {
      await granted(store, 'k', 'one')
      const { entry } = await fill(store, 'k', 'one', 'x'.repeat(4_000_000))
      assert((await lies(store, 'k'))?.equals(entry))
    },
  },
]
