/**
 * An unusable connection: silent, slow, or to the wrong server or database. Each test has private servers, since it stops them and
 * changes their roles.
 */
import { inspect } from 'node:util'
import { type PrivateRedis, startRedis, startTcpProxy, type TcpProxy } from 'local-servers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bytesCodec, type Cache, type CacheWarning, cacheAside, createCache, invalidate } from '../src/index.ts'
import { redisStore, watchRedis } from '../src/redis/index.ts'
import type { ClientKind, TestClient } from './clients.ts'

const DEADLINE_MS = 250

async function connectionsSoFar(admin: TestClient): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(String(await admin.send('INFO', 'stats')))?.[1])
}

export function testConnections(kind: ClientKind): void {
  vi.setConfig({ testTimeout: 20_000 }) // some watch a connection for seconds

  /** Its received bytes can't be observed: a transfer longer than the deadline counts as no answer. */
  const hidesTransfers = kind.name === 'node-redis'
  const ends: (() => unknown)[] = []
  let server: PrivateRedis
  let proxy: TcpProxy
  let warnings: CacheWarning[]

  beforeEach(async () => {
    warnings = []
    server = await startRedis()
    proxy = await startTcpProxy(server.port)
    ends.push(
      () => proxy.close(),
      () => server.stop(),
    )
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })

  async function connect(url = `redis://${proxy.address}`): Promise<TestClient> {
    const client = await kind.connect(url)
    ends.unshift(() => client.disconnect())
    return client
  }

  function open({ client }: TestClient, options: { ownsConnection?: boolean; prefix?: string } = {}) {
    const store = redisStore({
      client,
      prefix: 'c:',
      onWarning: (warning) => warnings.push(warning),
      ...options,
    })
    ends.unshift(() => store.close())
    const cache = createCache<Buffer>({ store, read: cacheAside(), write: invalidate(), codec: bytesCodec })
    return { store, cache }
  }

  const read = (cache: Cache<Buffer>, key = 'k', value = 'v') => cache.read(key, async () => Buffer.from(value))

  async function hitAgain(cache: Cache<Buffer>, withinMs: number, key = 'k'): Promise<number> {
    const start = performance.now()
    await expect.poll(async () => (await read(cache, key)).outcome, { interval: 20, timeout: withinMs }).toBe('hit')
    return performance.now() - start
  }

  it('is renewed when it falls silent, with one warning', async () => {
    const { cache } = open(await connect(), { ownsConnection: true })
    await read(cache)
    proxy.silence()
    expect(await hitAgain(cache, 10_000)).toBeGreaterThan(DEADLINE_MS)
    expect(warnings).toEqual([{ code: 'CONNECTION_RENEWED', message: expect.stringContaining('it does not answer') }])
  })

  it('is not renewed without ownsConnection, with one warning that names the remedy', async () => {
    const { cache } = open(await connect())
    await read(cache)
    proxy.silence()
    await expect
      .poll(async () => [(await read(cache)).outcome, warnings.length], { timeout: 8_000 })
      .toEqual(['bypass', 1])
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect((await read(cache)).outcome).toBe('bypass')
    expect(warnings).toEqual([{ code: 'CONNECTION_STUCK', message: expect.stringContaining('`ownsConnection: true`') }])
  })

  it('is renewed when it leads to a replica and the address to the new master', async () => {
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] })
    ends.push(() => replica.stop())
    const [toOld, toNew] = [await connect(server.url), await connect(replica.url)]
    await expect.poll(() => toNew.send('INFO', 'replication'), { timeout: 10_000 }).toContain('master_link_status:up')
    const { cache } = open(await connect(), { ownsConnection: true })
    await read(cache)
    await hitAgain(cache, 1_000)

    await toNew.send('REPLICAOF', 'NO', 'ONE')
    proxy.leadTo(replica.port)
    await toOld.send('REPLICAOF', '127.0.0.1', String(replica.port))
    let row = 'v1'
    await cache.write({ keys: ['k'] }, async () => {
      row = 'v2'
    })
    const start = performance.now()
    for (let outcome = ''; outcome !== 'hit'; ) {
      const answer = await cache.read('k', async () => Buffer.from(row))
      expect(answer.value?.toString()).toBe('v2')
      outcome = answer.outcome
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(warnings).toEqual([{ code: 'CONNECTION_RENEWED', message: expect.stringContaining('READONLY') }])
  })

  it('is renewed with a backoff if it leads to a replica each time, with one warning', async () => {
    const master = await startRedis()
    ends.push(() => master.stop())
    const admin = await connect(server.url)
    await admin.send('REPLICAOF', '127.0.0.1', String(master.port))
    const { cache } = open(await connect(), { ownsConnection: true })
    const before = await connectionsSoFar(admin)
    const end = performance.now() + 6_000
    while (performance.now() < end) {
      await cache.invalidate({ keys: ['k'] })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await connectionsSoFar(admin)) - before).toBeLessThanOrEqual(4)
    expect(warnings.filter(({ code }) => code === 'CONNECTION_RENEWED')).toHaveLength(1)
  })

  it('leaks no connection after an outage, and does not reopen one that its owner has closed', {
    timeout: 30_000,
  }, async () => {
    const client = await connect(server.url)
    const { cache } = open(client, { ownsConnection: true })
    await read(cache)
    const { port } = server
    await server.kill()
    const end = performance.now() + 6_000
    while (performance.now() < end) {
      await read(cache)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    server = await startRedis({ port })
    const again = server
    ends.push(() => again.stop())
    await hitAgain(cache, 5_000)
    const admin = await connect(server.url)
    const others = async () =>
      String(await admin.send('CLIENT', 'LIST', 'TYPE', 'normal'))
        .trim()
        .split('\n').length - 1
    expect(await others()).toBe(1)
    await client.disconnect()
    for (let i = 0; i < 10; i++) await read(cache)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect([client.isReady(), await others()]).toEqual([false, 0])
  })

  it('is not used for a database other than the configured one', async () => {
    const other = await connect(server.url)
    await other.send('SET', 'c:e:{k}', 'from database 0')
    const client = kind.make(`${server.url}/99`)
    ends.unshift(() => client.disconnect())
    const causes: string[] = []
    ends.unshift(watchRedis(client.client, { onAway: (cause) => causes.push(String(cause)), onBack() {} }))
    const { cache, store } = open(client, { ownsConnection: true })
    void client.reconnect().catch(() => {}) // node-redis never becomes ready; ioredis does, and continues with database 0
    await expect
      .poll(async () => [(await read(cache)).outcome, causes.at(-1)], { timeout: 3_000 })
      .toEqual(['bypass', expect.stringContaining('DB index is out of range')])
    expect(store.health()).toEqual({ isUsable: false, reason: expect.stringContaining('DB index is out of range') })
    expect(await other.send('DBSIZE')).toBe(1)
    // The server answers, so a new connection would not help.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(warnings).toEqual([])
  })

  it('is used for the configured database, also after a reconnect', async () => {
    const client = await connect(`${server.url}/5`)
    const { cache } = open(client)
    await hitAgain(cache, 1_000)
    const other = await connect(server.url)
    expect(await other.send('DBSIZE')).toBe(0)
    await other.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await hitAgain(cache, 5_000)
    expect(await other.send('DBSIZE')).toBe(0)
  })

  it.each([
    ['a wrong password', 'redis://:not-this-one@HOST', /WRONGPASS/],
    ['no password', 'redis://HOST', /NOAUTH/],
    ['TLS to a server without it', 'rediss://:right@HOST', /ETIMEDOUT|timeout|SSL|TLS|packet|disconnected|socket/i],
    ['an unknown host name', 'redis://:not-this-one@nowhere.invalid', /nowhere\.invalid/],
    ['a port without a listener', 'redis://:not-this-one@127.0.0.1:1', /ECONNREFUSED/],
  ])('reports why it can’t be opened: %s', async (_what, pattern, message) => {
    const guarded = await startRedis({ args: ['--requirepass', 'right'] })
    ends.push(() => guarded.stop())
    const client = kind.make(pattern.replace('HOST', `127.0.0.1:${guarded.port}`))
    ends.unshift(() => client.disconnect())
    const causes: unknown[] = []
    ends.unshift(watchRedis(client.client, { onAway: (cause) => causes.push(cause), onBack() {} }))
    const { cache, store } = open(client)
    void client.reconnect().catch(() => {})
    await expect
      .poll(async () => [(await read(cache)).outcome, String(causes.at(-1))], { timeout: 5_000 })
      .toEqual(['bypass', expect.stringMatching(message)])
    expect(store.health().reason).toMatch(message)
    expect(inspect(causes, { depth: 10, showHidden: true })).not.toMatch(/not-this-one|right/)
    // Reported once per change, not for each repeated refusal.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(causes.length).toBeLessThanOrEqual(2)
  })

  it('returns hits for reads that were pending while the event loop was busy longer than the deadline', async () => {
    const { cache } = open(await connect())
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
    async () => {
      const { cache, store } = open(await connect(), { ownsConnection: true })
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

  it.skipIf(hidesTransfers)('does not treat concurrent large fills as an outage, on a slow connection', async () => {
    const { cache } = open(await connect(), { ownsConnection: true })
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
  })

  it.skipIf(hidesTransfers)('skips an entry that takes too long, with one warning', { timeout: 30_000 }, async () => {
    const { cache } = open(await connect(), { ownsConnection: true })
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
    const client = await connect(server.url)
    const keys = Array.from({ length: 20_000 }, (_, i) => `key:${i}`)
    const first = open(client)
    await read(first.cache, 'key:19999', 'old')
    const invalidating = first.cache.invalidate({ keys })
    await first.store.close()
    expect(await invalidating).toBe(true)
    expect((await read(open(client).cache, 'key:19999', 'new')).value?.toString()).toBe('new')
  })

  it('invalidates 200,000 keys in one call, and no read bypasses it meanwhile', { timeout: 60_000 }, async () => {
    const { cache } = open(await connect(server.url))
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
