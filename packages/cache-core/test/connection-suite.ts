/** An unusable connection: silent, or to the wrong server or database. */
import { inspect } from 'node:util'
import { startRedis } from 'local-servers'
import { expect, it } from 'vitest'
import { watchRedis } from '../src/redis/index.ts'
import type { ClientKind, TestClient } from './clients.ts'
import { connect, ends, hitAgain, open, proxy, read, server, warnings } from './own-redis.ts'

const DEADLINE_MS = 250

async function connectionsSoFar(admin: TestClient): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(String(await admin.send('INFO', 'stats')))?.[1])
}

export function testConnections(kind: ClientKind): void {
  it('is renewed when it falls silent, with one warning', async () => {
    const { cache } = open(await connect(kind), { ownsConnection: true })
    await read(cache)
    proxy.silence()
    expect(await hitAgain(cache, 10_000)).toBeGreaterThan(DEADLINE_MS)
    expect(warnings).toEqual([{ code: 'CONNECTION_RENEWED', message: expect.stringContaining('it does not answer') }])
  })

  it('is not renewed without ownsConnection, with one warning that names the remedy', async () => {
    const { cache } = open(await connect(kind))
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
    const [toOld, toNew] = [await connect(kind, server.url), await connect(kind, replica.url)]
    await expect.poll(() => toNew.send('INFO', 'replication'), { timeout: 10_000 }).toContain('master_link_status:up')
    const { cache } = open(await connect(kind), { ownsConnection: true })
    await read(cache)
    await hitAgain(cache, 5_000)

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
    const admin = await connect(kind, server.url)
    await admin.send('REPLICAOF', '127.0.0.1', String(master.port))
    const { cache } = open(await connect(kind), { ownsConnection: true })
    const before = await connectionsSoFar(admin)
    const end = performance.now() + 6_000
    while (performance.now() < end) {
      await cache.invalidate({ keys: ['k'] })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await connectionsSoFar(admin)) - before).toBeLessThanOrEqual(4)
    expect(warnings.filter(({ code }) => code === 'CONNECTION_RENEWED')).toHaveLength(1)
  })

  it('leaks no connection after an outage, and does not reopen one that its owner has closed', async () => {
    const client = await connect(kind, server.url)
    const { cache } = open(client, { ownsConnection: true })
    await read(cache)
    const { port } = server
    await server.kill()
    const end = performance.now() + 6_000
    while (performance.now() < end) {
      await read(cache)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const again = await startRedis({ port })
    ends.push(() => again.stop())
    await hitAgain(cache, 5_000)
    const admin = await connect(kind, again.url)
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
    const other = await connect(kind, server.url)
    await other.send('SET', 'c:e:{k}', 'from database 0')
    const client = kind.make(`${server.url}/99`)
    ends.unshift(() => client.disconnect())
    const causes: string[] = []
    ends.unshift(watchRedis(client.client, { onAway: (cause) => causes.push(String(cause)), onBack() {} }))
    const { cache, store } = open(client, { ownsConnection: true })
    void client.reconnect().catch(() => {}) // node-redis never becomes ready; ioredis does, and continues with database 0
    await expect
      .poll(async () => [(await read(cache)).outcome, causes.at(-1)], { timeout: 10_000 })
      .toEqual(['bypass', expect.stringContaining('DB index is out of range')])
    expect(store.health()).toEqual({ isUsable: false, reason: expect.stringContaining('DB index is out of range') })
    expect(await other.send('DBSIZE')).toBe(1)
    // The server answers, so a new connection would not help.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(warnings).toEqual([])
  })

  it('is used for the configured database, also after a reconnect', async () => {
    const client = await connect(kind, `${server.url}/5`)
    const { cache } = open(client)
    await hitAgain(cache, 5_000)
    const other = await connect(kind, server.url)
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
      .poll(async () => [(await read(cache)).outcome, String(causes.at(-1))], { timeout: 10_000 })
      .toEqual(['bypass', expect.stringMatching(message)])
    expect(store.health().reason).toMatch(message)
    expect(inspect(causes, { depth: 10, showHidden: true })).not.toMatch(/not-this-one|right/)
    // Reported once per change, not for each repeated refusal.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(causes.length).toBeLessThanOrEqual(2)
  })
}
