/** The steps before a process uses a Redis for the first time, or again. With private servers, since they are stopped. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheAside, createCache, type InvalidationSource, invalidate } from '../src/index.ts'
import { createOutbox, newWriteId } from '../src/postgres/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'
import { GUARD } from '../src/redis/scripts.ts'
import { type Gate, gate } from '../src/testing/index.ts'
import { kindsByTurn, type TestClient } from './clients.ts'
import { neverOld } from './never-old.ts'
import { pool, scratchOutbox } from './scratch-outbox.ts'
import { TcpProxy } from './tcp-proxy.ts'

describe.each(kindsByTurn)('by $name', (kind) => {
  let server: PrivateRedis
  const clients: TestClient[] = []
  const admins: Redis[] = []
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    process.kill(server.pid, 'SIGCONT')
    for (const admin of admins.splice(0)) admin.disconnect()
    await Promise.all(clients.splice(0).map((client) => client.disconnect()))
    await server.stop()
  })

  /** For direct access to the server, without a store. */
  async function connect(): Promise<Redis> {
    const admin = new Redis(server.url, { ...redisOptions, lazyConnect: true })
    admin.on('error', () => {}) // the server is killed
    admins.push(admin)
    await admin.connect()
    return admin
  }

  /** One process: its connection and its cache. */
  async function open(outbox?: InvalidationSource, url = server.url) {
    const client = await kind.connect(url)
    clients.push(client)
    return { client, ...cacheOver(client, 'b:', outbox) }
  }

  function cacheOver({ client }: TestClient, prefix: string, outbox?: InvalidationSource) {
    const store = redisStore({ client, prefix, ...(outbox && { outbox }) })
    const cache = createCache<string>({ store, read: cacheAside({ ttlMs: 600_000 }), write: invalidate() })
    return { store, cache, read: async (value = 'loaded') => cache.read('k', async () => value) }
  }

  const until = (outcome: string, read: () => Promise<{ outcome: string }>) =>
    expect.poll(async () => (await read()).outcome, { interval: 5, timeout: 5_000 }).toBe(outcome)

  describe('catching up', () => {
    let servers: string[]
    let next: Gate
    beforeEach(() => {
      servers = []
      next = gate()
    })
    /** Has nothing to deliver, and waits at the gate. */
    const source: InvalidationSource = {
      attach: ({ serverRun }) => ({
        async catchUp() {
          servers.push(await serverRun!())
          await next.pass()
        },
        detach() {},
      }),
    }

    it('precedes the first use: until then reads bypass the cache', async () => {
      const { read } = await open(source)
      await next.reached
      for (let i = 0; i < 5; i++) expect((await read()).outcome).toBe('bypass')
      next.open()
      await until('hit', read)
      expect(servers).toHaveLength(1)
    })

    it('is repeated on a new connection to the same server', async () => {
      const { client, read } = await open(source)
      next.open()
      await until('hit', read)
      next = gate()
      const other = await connect()
      await other.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await next.reached
      expect(client.isReady()).toBe(true)
      expect((await read()).outcome).toBe('bypass')
      next.open()
      await until('hit', read)
      expect(new Set(servers).size).toBe(1)
    })

    it('is repeated after a hanging server resumes, without a new connection', async () => {
      const { read } = await open(source)
      next.open()
      await until('hit', read)
      next = gate()
      process.kill(server.pid, 'SIGSTOP')
      await until('bypass', read)
      await Promise.all(Array.from({ length: 10 }, () => read()))
      process.kill(server.pid, 'SIGCONT')
      await next.reached
      expect((await read()).outcome).toBe('bypass')
      next.open()
      await until('hit', read)
    })

    it('is for another run after a restart of the server', async () => {
      const { read } = await open(source)
      next.open()
      await until('hit', read)
      await server.kill()
      server = await startRedis({ port: server.port })
      await until('hit', read)
      expect(new Set(servers).size).toBe(2)
    })

    it('is retried when it rejects', async () => {
      let calls = 0
      const catchUp = async () => {
        if (++calls < 3) throw new Error('the database is unavailable')
      }
      const { read } = await open({ attach: () => ({ catchUp, detach() {} }) })
      await until('hit', read)
      expect(calls).toBe(3)
    })
  })

  describe('with an outbox', () => {
    let schema: string
    beforeEach(async () => {
      schema = (await scratchOutbox()).schema
    })

    /** One process with an outbox whose relay doesn't run. */
    async function openWithOutbox(url?: string) {
      const outbox = createOutbox({ pool, schema })
      return { ...(await open(outbox, url)), outbox }
    }

    /** A write with a row in the outbox. Returns whether the store confirmed it. */
    async function writeRecorded({
      cache,
      outbox,
    }: Pick<Awaited<ReturnType<typeof openWithOutbox>>, 'cache' | 'outbox'>) {
      const writeId = newWriteId()
      const { isConfirmed } = await cache.write({ keys: ['k'] }, async () => {
        await outbox.add(pool, { keys: ['k'], writeId })
      })
      if (isConfirmed) outbox.delivered(writeId)
      return isConfirmed
    }

    it('after an outage delivers another process’s writes whose invalidation failed meanwhile', async () => {
      const [here, there] = [await openWithOutbox(), await openWithOutbox()]
      await until('hit', () => here.read('v1'))
      process.kill(server.pid, 'SIGSTOP')
      // Both notice the outage.
      await Promise.all([here, there].flatMap(({ read }) => Array.from({ length: 10 }, () => read('v1'))))
      expect(await writeRecorded(there)).toBe(false)
      // Its process dies with the pending invalidation.
      void there.client.disconnect() // which waits for the server
      process.kill(server.pid, 'SIGCONT')
      await neverOld(() => here.read('v2'))
    })

    it('delivers writes made while their process was down to two stores on one connection', async () => {
      const connected = async () => {
        const client = await kind.connect(server.url)
        clients.push(client)
        return client
      }
      const before = await connected()
      for (const prefix of ['b:', 'c:']) expect((await cacheOver(before, prefix).read('v1')).outcome).toBe('miss')
      const outbox = createOutbox({ pool, schema })
      await outbox.add(pool, { keys: ['k'] })
      const returned = await connected()
      for (const { read } of ['b:', 'c:'].map((prefix) => cacheOver(returned, prefix, outbox))) {
        await neverOld(() => read('v2'))
      }
      expect((await outbox.lag()).undelivered).toBe(0)
    })

    it('sends nothing on a new connection before it has caught up, not even commands issued just before', async () => {
      let proxy: TcpProxy | undefined
      const dir = mkdtempSync(join(tmpdir(), 'restored-redis-'))
      try {
        await server.stop()
        server = await startRedis({ dir })
        proxy = await TcpProxy.open(server.url)
        const { client, store, cache, outbox, read } = await openWithOutbox(proxy.url)
        await until('hit', () => read('v1'))
        await client.send('SAVE')
        await writeRecorded({ cache, outbox })
        // Requests in the same tick of the event loop, just before the client is ready.
        const early = Promise.withResolvers<{ value: string | undefined; outcome: string }>()
        client.beforeReady(() => {
          void store.claim('other', { token: 'mine', leaseMs: 1_000, tags: [] })
          early.resolve(read('v2'))
        })
        const port = server.port
        proxy.isClosed = true
        await server.kill()
        server = await startRedis({ port, dir })
        // Another process is first, so the server already knows the scripts.
        await (await connect()).script('LOAD', GUARD.lua)
        expect(client.isReady()).toBe(false)
        proxy.isClosed = false
        expect(await early.promise).toMatchObject({ value: 'v2', outcome: 'bypass' })
        await neverOld(() => read('v2'))
      } finally {
        proxy?.close()
        rmSync(dir, { recursive: true, force: true })
      }
    })

    it('replays to a Redis that was restored from disk', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'restored-redis-'))
      try {
        await server.stop()
        server = await startRedis({ dir })
        const { client, cache, outbox, read } = await openWithOutbox()
        await until('hit', () => read('v1'))
        await client.send('SAVE')
        await writeRecorded({ cache, outbox })
        await outbox.close()
        expect(await outbox.lag()).toEqual({ undelivered: 0, lagMs: 0 })
        await until('hit', () => read('v2'))
        const port = server.port
        await server.kill()
        server = await startRedis({ port, dir })
        const without = await open()
        expect(await without.read()).toMatchObject({ outcome: 'hit', value: 'v1' })
        await neverOld(() => read('v2'))
      } finally {
        rmSync(dir, { recursive: true, force: true })
      }
    })
  })
})
