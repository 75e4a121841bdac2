/** Specific to memcached: servers that restart, evict or refuse, and the items they keep. */
import { Memcache } from 'memcache'
import { describe, expect, it } from 'vitest'
import { identityOf } from '../src/entry.ts'
import { type CacheWarning, cacheAside, createCache, invalidate } from '../src/index.ts'
import { memcachedOptions, memcachedStore } from '../src/memcached/index.ts'
import { gate } from '../src/testing/index.ts'
import { untilUsable } from './backends.ts'
import { aside, ends, entryOf, fillIn, open, PREFIX, request, serve } from './own-memcached.ts'

const casOf = (answer: unknown) => Number(/ c(\d+)/.exec(String(answer))?.[1])

describe('the guard', () => {
  it('refuses a server without CAS, with the reason', async () => {
    const { port } = await serve({ args: ['--disable-cas'] })
    const client = new Memcache({ nodes: [`127.0.0.1:${port}`], ...memcachedOptions })
    const store = memcachedStore({ client, prefix: PREFIX })
    ends.push(async () => {
      await store.close()
      await client.disconnect()
    })
    while (!store.health().reason?.includes('without CAS')) await new Promise((resolve) => setImmediate(resolve))
    expect(store.health().isUsable).toBe(false)
  })

  it('refuses a fill under a lease from before a restart, even if the same CAS value occurs again', async () => {
    const first = await serve()
    const slow = await open([first])
    expect((await slow.store.acquire('k', request('slow'))).kind).toBe('granted')
    const cas = casOf(await aside(first.port, `mg ${PREFIX}e:k c`))
    await first.stop()
    const second = await serve({ port: first.port })
    const other = await open([second])
    await untilUsable(slow.store)
    // After the restart, another reader's commands bring the CAS to the same value.
    for (let now = 0; now < cas; ) now = casOf(await other.send(`ms ${PREFIX}e:k 0 c\r\n`))
    expect(casOf(await aside(first.port, `mg ${PREFIX}e:k c`))).toBe(cas)
    expect(await fillIn(slow.store, 'slow')).toBe(false)
    expect((await other.store.get('k', [])).bytes).toBeUndefined()
  })

  it('refuses a fill over a stub that was evicted and created again', async () => {
    const server = await serve()
    const [a, b] = [await open([server]), await open([server])]
    await a.store.acquire('k', request('slow'))
    await a.send(`md ${PREFIX}e:k`)
    await a.send(`md ${PREFIX}l:k`)
    expect((await b.store.acquire('k', request('next'))).kind).toBe('granted')
    expect(await fillIn(a.store, 'slow')).toBe(false)
    expect(await fillIn(b.store, 'next')).toBe(true)
  })

  it('if only the lease was evicted, lets one caller take over, and refuses the earlier holder’s fill', async () => {
    const server = await serve()
    const [a, b] = [await open([server]), await open([server])]
    await a.store.acquire('k', request('slow'))
    await a.send(`md ${PREFIX}l:k`)
    expect((await b.store.acquire('k', request('next'))).kind).toBe('granted')
    expect(await fillIn(a.store, 'slow')).toBe(false)
    expect(await fillIn(b.store, 'next')).toBe(true)
  })

  it('grants the lease of a dead holder to one of many that wait for its end', async () => {
    const server = await serve()
    const [a, b] = [await open([server]), await open([server])]
    await a.store.acquire('k', { ...request('dead'), leaseMs: 50 })
    const waiters = Array.from({ length: 20 }, async (_, i) => {
      const { store } = i % 2 === 0 ? a : b
      for (;;) {
        const { kind } = await store.acquire('k', request(`waiter ${i}`))
        if (kind === 'granted') await fillIn(store, `waiter ${i}`)
        if (kind !== 'held') return kind
      }
    })
    const kinds = await Promise.all(waiters)
    expect(kinds.filter((kind) => kind === 'granted')).toHaveLength(1)
  })

  it('does not take over a lease that another caller has just taken over', async () => {
    const server = await serve()
    const [a, b] = [await open([server]), await open([server])]
    await a.store.acquire('k', { ...request('dead'), leaseMs: 1 })
    const late = gate()
    const node = b.client.nodes[0]!
    const { command } = node
    node.command = async (...args: Parameters<typeof command>) => {
      if (/^ms own:l:k .*T\d+(?: C\d+)?\r/.test(args[0])) await late.pass()
      return command.apply(node, args)
    }
    let kind = 'held'
    let asked = 0
    const acquiring = (async () => {
      for (; kind === 'held'; asked++) ({ kind } = await b.store.acquire('k', { ...request('late'), leaseMs: 1 }))
    })()
    await late.reached
    for (let taken = ''; taken !== 'granted'; ) taken = (await a.store.acquire('k', request('first'))).kind
    late.open()
    for (const before = asked; asked < before + 5; ) await new Promise((resolve) => setImmediate(resolve))
    expect(kind).toBe('held')
    expect(await fillIn(a.store, 'first')).toBe(true)
    await acquiring
    expect(kind).toBe('entry')
  })

  it('costs a miss if an entry, a tag or the epoch of all entries was evicted', async () => {
    const { store, send } = await open([await serve()])
    for (const [name, tags] of [
      ['e:k', []],
      ['t:tag', ['tag']],
      ['a', []],
    ] as const) {
      const acquired = await store.acquire('k', request(name, [...tags]))
      expect(acquired.kind).toBe('granted')
      expect(await fillIn(store, name)).toBe(true)
      await send(`md ${PREFIX}${name}`)
      const { bytes, epochs } = await store.get('k', tags)
      expect(tags.length === 0 ? bytes : epochs[0]).toBeUndefined()
      await store.invalidate(['k'], [])
    }
  })

  it('keeps an entry until it is replaced, even if its TTL is about to end', async () => {
    const { store, send } = await open([await serve()])
    await store.acquire('k', request('one'))
    const entry = entryOf(store)
    await store.fill('k', { token: 'one', entry, expiresAt: store.clock.latest() + 1_500 })
    expect((await store.acquire('k', { ...request('two'), seen: identityOf(entry) })).kind).toBe('granted')
    expect(String(await send(`mg ${PREFIX}e:k t`))).toMatch(/ t(?:19\d|20[01])$/)
    expect(await fillIn(store, 'two')).toBe(true)
  })
})

describe('its items', () => {
  it('ignores foreign items under its names, and replaces them', async () => {
    const { store, send } = await open([await serve()])
    for (const [i, text] of ['', 'x', '1 2 3 4 5 6\nx', 'not\nours', '1 9e99 a b u\n'].entries()) {
      await send(`ms ${PREFIX}e:k ${text.length}\r\n${text}`)
      await send(`ms ${PREFIX}l:k ${text.length}\r\n${text}`)
      await send(`ms ${PREFIX}t:tag ${text.length}\r\n${text}`)
      expect(await store.get('k', ['tag'])).toEqual({ bytes: undefined, epochs: [undefined] })
      const acquired = await store.acquire('k', request(`${i}`, ['tag']))
      expect(acquired).toMatchObject({ kind: 'granted', epochs: [expect.any(Buffer)] })
      expect(await fillIn(store, `${i}`)).toBe(true)
      expect((await store.get('k', ['tag'])).bytes).toBeDefined()
    }
  })

  it('warns once about an item that is too large, does not keep it, and still answers and invalidates', async () => {
    const warnings: CacheWarning[] = []
    const { store } = await open([await serve()], (warning) => warnings.push(warning))
    const cache = createCache<string>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    const large = 'x'.repeat(1_100_000)
    expect((await cache.read('k', async () => 'small')).outcome).toBe('miss')
    await cache.invalidate({ keys: ['k'] })
    for (let i = 0; i < 3; i++) {
      expect(await cache.read('k', async () => large)).toMatchObject({ value: large, outcome: 'miss', ttlMs: 0 })
    }
    expect(warnings).toEqual([{ code: 'ENTRY_TOO_LARGE', message: expect.stringContaining('-I') }])
    const { isConfirmed } = await cache.write({ keys: ['k'] }, async () => {})
    expect(isConfirmed).toBe(true)
    await cache.read('k', async () => 'small again')
    expect(await cache.read('k', async () => large)).toMatchObject({ value: 'small again', outcome: 'hit' })
  })

  it('drops an entry whose replacement is too large to keep', async () => {
    const { store } = await open([await serve()], () => {})
    const cache = createCache<string>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    await cache.read('k', async () => 'old')
    await cache.set('k', 'x'.repeat(1_100_000))
    expect((await cache.read('k', async () => 'new')).value).toBe('new')
  })
})

describe('the time', () => {
  it('of an entry ends to the millisecond, although memcached counts seconds', async () => {
    const { store } = await open([await serve()])
    await store.acquire('k', request('one'))
    const expiresAt = store.clock.latest() + 20
    await store.fill('k', { token: 'one', entry: entryOf(store), expiresAt })
    while (store.clock.latest() < expiresAt) await new Promise((resolve) => setImmediate(resolve))
    expect((await store.get('k', [])).bytes).toBeUndefined()
    expect((await store.acquire('k', request('two'))).kind).toBe('granted')
  })

  it('is known to the millisecond, from the log', async () => {
    const { store } = await open([await serve()])
    const [before, earliest, latest, after] = [Date.now(), store.clock.earliest(), store.clock.latest(), Date.now()]
    expect(latest - earliest).toBeLessThan(1_000) // the time that asking took; whole seconds would leave more than 2,000
    expect(earliest).toBeLessThanOrEqual(after + 1)
    expect(latest).toBeGreaterThanOrEqual(before - 1)
  })

  it('is taken from its whole seconds if watching the log is disabled: entries live up to 2.05 s less', async () => {
    const { store } = await open([await serve({ args: ['--disable-watch'] })])
    expect(store.clock.latest() - store.clock.earliest()).toBeGreaterThan(2_000)
    const cache = (ttlMs: number) => createCache<number>({ store, read: cacheAside({ ttlMs }), write: invalidate() })
    await cache(10_000).read('long', async () => 1)
    expect((await cache(10_000).read('long', async () => 2)).outcome).toBe('hit')
    await cache(1_000).read('short', async () => 1)
    expect((await cache(1_000).read('short', async () => 2)).outcome).toBe('miss')
  })
})

describe('round trips', () => {
  it('a hit costs one, with any tags; a miss one for each step', async () => {
    const { store, client } = await open([await serve()])
    const node = client.nodes[0]!
    const { command } = node
    let trips = 0
    let isOnItsWay = false
    node.command = (...args: Parameters<typeof command>) => {
      if (!isOnItsWay) trips++
      isOnItsWay = true
      return command.apply(node, args).finally(() => {
        isOnItsWay = false
      })
    }
    const counted = async (run: () => unknown) => {
      trips = 0
      await run()
      return trips
    }
    expect(await counted(() => store.get('k', ['a', 'b']))).toBe(1)
    expect(await counted(() => store.acquire('k', request('one', ['a', 'b'])))).toBe(1)
    expect(await counted(() => fillIn(store, 'one'))).toBe(1)
    expect(await counted(() => store.get('k', ['a', 'b']))).toBe(1)
    expect(await counted(() => store.claim('k', request('two', ['a'])))).toBe(1)
    expect(await counted(() => store.invalidate(['k', 'l'], ['a', 'b']))).toBe(1)
    expect(await counted(() => store.invalidateAll())).toBe(1)
  })
})

describe('options', () => {
  const store =
    (client: unknown, prefix: unknown = PREFIX) =>
    () =>
      memcachedStore({ client, prefix } as Parameters<typeof memcachedStore>[0])

  it('names the required client', () => {
    expect(store('memcached://secret@host')).toThrow(/client is a string; build it with `new Memcache/)
    expect(store(undefined)).toThrow('client is undefined')
    expect(store({})).toThrow('new Memcache')
    expect(store(new Memcache('127.0.0.1:1'))).toThrow('timeout is 5000 ms')
    const sasl = { username: 'u', password: 'p' }
    expect(store(new Memcache({ ...memcachedOptions, sasl }))).toThrow('SASL')
  })

  it.each(['', 'with space', 'ü', 'x'.repeat(101), 1])('refuses the prefix %j', (prefix) => {
    expect(store(new Memcache(memcachedOptions), prefix)).toThrow('prefix is')
  })
})
