/** Write-behind on servers and connections that fail, forget, evict or refuse. */
import { once } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import { startRedis, startTcpProxy, type TcpProxy } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheAside, createCache, createFlusher, invalidate, writeBehind } from '../src/index.ts'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { clusterOptions, redisOptions, redisStore, redisWriteLog } from '../src/redis/index.ts'
import { APPEND, SETTLE } from '../src/redis/queue-scripts.ts'
import { queueKeys, redisKeys } from '../src/redis/redis-keys.ts'
import { runScript } from '../src/redis/run-script.ts'
import { isLess, Place, type Row, rename } from './write-behind.ts'

let place: Place
const ends: (() => unknown)[] = []
beforeEach(async () => {
  place = await Place.open()
  place.table.insert('k')
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await place.close()
})

const stored = () => place.table.rows.get('k')?.row
const queued = async () => {
  const streams = await place.admin.keys('c:wb:*')
  const lengths = await Promise.all(streams.map((stream) => place.admin.xlen(stream)))
  return lengths.reduce((sum, length) => sum + length, 0)
}
async function proxied(): Promise<TcpProxy> {
  const proxy = await startTcpProxy(place.server.port)
  ends.push(() => proxy.close())
  return proxy
}
/** Kills all connections but the test's own. */
const killOthers = async () => {
  const mine = String(await place.admin.client('ID'))
  for (const line of String(await place.admin.client('LIST')).split('\n')) {
    const id = /^id=(\d+)/.exec(line)?.[1]
    if (id !== undefined && id !== mine) await place.admin.client('KILL', 'ID', id)
  }
}

describe('a write without an answer', () => {
  it('that was queued is acknowledged, once', async () => {
    const proxy = await proxied()
    const a = await place.process({ url: `redis://${proxy.address}` })
    await a.rename('k', 'one') // prepared, and the script is known
    proxy.hold()
    const writing = a.rename('k', 'two')
    // Its lookup is answered, the script is not.
    await expect.poll(() => proxy.heldBytes).toBeGreaterThan(0)
    proxy.release()
    await a.client.ping()
    proxy.hold()
    await expect.poll(queued).toBe(2)
    await killOthers()
    proxy.release()
    expect(await writing).toEqual({ row: { version: 3, text: 'two' }, ack: 'memory' })
    expect(await queued()).toBe(2)
    await a.flusher().close()
    expect(stored()).toEqual({ version: 3, text: 'two' })
  })

  it('that did not arrive goes to the database, after the queued ones', async () => {
    const a = await place.process()
    await a.rename('k', 'one')
    await place.admin.client('PAUSE', '60000', 'WRITE')
    const writing = a.rename('k', 'two')
    await expect.poll(async () => /blocked_clients:1/.test(await place.admin.info('clients'))).toBe(true)
    await killOthers()
    await place.admin.client('UNPAUSE')
    await expect.poll(async () => (await place.admin.keys('c:wd:*')).length).toBe(1) // it waits for its turn
    expect(await queued()).toBe(1)
    a.flusher().start()
    expect(await writing).toEqual({ row: { version: 3, text: 'two' }, ack: 'database' })
    expect(stored()).toEqual({ version: 3, text: 'two' })
  })

  it('is not queued after it was cancelled', async () => {
    const a = await place.process()
    await a.rename('k', 'one')
    await a.flusher().close()
    const client = adaptClient(a.client)
    const names = redisKeys('c:', 4)
    const bucket = [0, 1, 2, 3].find((each) => names.entry('k').includes(`{wb${each}}`))!
    const { stream, pending, direct, fate } = queueKeys('c:', bucket)
    const identity = (await a.client.getBuffer(names.entry('k')))!.subarray(4, 12)
    const append = (writeId: string) => {
      const keys = [names.entry('k'), names.lease('k'), names.mark('k'), stream, pending, direct('k'), fate(writeId)]
      const args = ['k', 'entry', identity, '{}', '[]', Buffer.alloc(40), 0, 10, 10_000]
      return runScript(client, APPEND, keys, args)
    }
    expect(String(await runScript(client, SETTLE, [fate('late')], []))).toBe('cancelled')
    expect(String(await append('late'))).toBe('cancelled')
    expect(String(await append('in time'))).toMatch(/^queued,/)
    expect(String(await runScript(client, SETTLE, [fate('in time')], []))).toMatch(/^\d+-\d+$/)
  })

  it('fails as unknown if Redis stays silent', async () => {
    const proxy = await proxied()
    const a = await place.process({ url: `redis://${proxy.address}` })
    await a.rename('k', 'one')
    const before = await a.cache.read('k', async () => undefined)
    expect(before.value?.text).toBe('one')
    // The lookup is answered; from the script on, nothing is.
    const { evalsha } = a.client
    const silenced = a.client as unknown as { evalshaBuffer: (...args: never[]) => unknown }
    const real = silenced.evalshaBuffer
    silenced.evalshaBuffer = (...args) => {
      proxy.silence()
      return real.apply(a.client, args)
    }
    expect(evalsha).toBeDefined()
    await expect(a.rename('k', 'two')).rejects.toMatchObject({ code: 'WRITE_UNKNOWN', key: 'k' })
    await expect(a.rename('k', 'three')).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    expect(stored()?.text).toBe('new')
  })
})

describe('without Redis', () => {
  it('writes to known keys fail with nothing written, new rows go on, and reads bypass the cache', async () => {
    const a = await place.process()
    await a.rename('k', 'one')
    await a.flusher().close()
    await place.server.stop()
    await expect(a.rename('k', 'two')).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    expect(stored()?.text).toBe('one')
    expect((await a.read('k'))?.text).toBe('one')
    const created = await a.cache.write({ keys: () => ['new'], tags: ['rows'] }, async () => place.table.insert('new'))
    expect(created).toMatchObject({ ack: 'database', isConfirmed: false })
  })

  it('a read of the database is not kept while the backlog can not be asked', async () => {
    const a = await place.process({
      wrap: (log) => ({
        ...log,
        newest: () => {
          throw new Error('unavailable')
        },
      }),
    })
    const b = await place.process()
    await b.rename('k', 'one')
    for (const key of await place.admin.keys('c:e:*')) await place.admin.del(key)
    expect((await a.read('k'))?.text).toBe('new')
    expect((await b.read('k'))?.text).toBe('one')
  })
})

describe('a server that may lose queued writes', () => {
  it.each(['allkeys-lru', 'allkeys-random', 'volatile-ttl', 'volatile-random', 'volatile-lfu'])(
    'under %s writes wait for the database, with one warning',
    async (policy) => {
      await place.admin.config('SET', 'maxmemory-policy', policy)
      const a = await place.process()
      expect((await a.rename('k', 'one')).ack).toBe('database')
      expect((await a.rename('k', 'two')).ack).toBe('database')
      expect(await queued()).toBe(0)
      expect(stored()).toEqual({ version: 3, text: 'two' })
      expect(place.warnings).toEqual([{ code: 'QUEUE_UNSAFE', message: expect.stringContaining(policy) }])
    },
  )

  it.each(['noeviction', 'volatile-lru'])('under %s they are queued', async (policy) => {
    await place.admin.config('SET', 'maxmemory-policy', policy)
    const a = await place.process()
    expect((await a.rename('k', 'one')).ack).toBe('memory')
    expect(place.warnings).toEqual([])
  })

  it('that does not tell its policy gets nothing queued', async () => {
    await place.admin.acl('SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-info')
    const a = await place.process({ url: place.server.url.replace('redis://', 'redis://app:secret@') })
    expect((await a.rename('k', 'one')).ack).toBe('database')
    expect(place.warnings).toContainEqual({ code: 'QUEUE_UNSAFE', message: expect.stringContaining('+info') })
  })

  it('that is full gets nothing queued: its queue drains, and writes go to the database', async () => {
    const a = await place.process()
    await a.rename('k', 'one')
    await place.admin.config('SET', 'maxmemory', '1')
    const writing = a.rename('k', 'two')
    await expect.poll(async () => (await place.admin.keys('c:wd:*')).length).toBe(1)
    expect(await queued()).toBe(1)
    a.flusher().start()
    expect(await writing).toEqual({ row: { version: 3, text: 'two' }, ack: 'database' })
    expect(await queued()).toBe(0)
    expect((await a.read('k'))?.text).toBe('two')
  })
})

describe('ids', () => {
  it('are larger than those in the database after the queue was lost, and on a server whose clock is behind', async () => {
    const future = `${Date.now() + 3_600_000}-5`
    place.table.rows.set('k', { row: { version: 1, text: 'new' }, storedId: future })
    const a = await place.process({ highestStoredId: async () => place.table.rows.get('k')?.storedId })
    await a.rename('k', 'one')
    await a.flusher().close()
    expect(stored()?.text).toBe('one')
    await place.admin.flushall()
    const { storedId } = place.table.rows.get('k')!
    await a.rename('k', 'two')
    await a.flusher().close()
    expect(stored()?.text).toBe('two')
    expect(isLess(storedId, place.table.rows.get('k')!.storedId)).toBe(true)
  })

  it('are raised again when the connection leads to another server', async () => {
    const other = await startRedis()
    const onOther = new Redis(other.url, redisOptions)
    ends.push(
      () => onOther.disconnect(),
      () => other.stop(),
    )
    await once(onOther, 'ready')
    // It has the streams already, as a replica would, with lower ids.
    for (const bucket of [0, 1, 2, 3]) await onOther.xgroup('CREATE', `c:wb:{wb${bucket}}`, 'flushers', '0', 'MKSTREAM')
    const proxy = await proxied()
    let asked = 0
    const highest = async () => {
      asked++
      return `${Date.now() + 3_600_000}-${asked}`
    }
    const a = await place.process({ url: `redis://${proxy.address}`, highestStoredId: highest })
    await a.rename('k', 'one')
    await a.rename('k', 'two')
    expect(asked).toBe(1)
    proxy.leadTo(other.port)
    await killOthers()
    await expect
      .poll(async () => (await a.rename('k', 'three').catch(() => undefined))?.ack, { timeout: 5_000 })
      .toBe('memory')
    expect(asked).toBe(2)
  })

  it('nothing is queued while the database can not tell its highest', async () => {
    const a = await place.process({
      highestStoredId: async () => {
        throw new Error('the database is down')
      },
    })
    expect((await a.rename('k', 'one')).ack).toBe('database')
    expect(await queued()).toBe(0)
  })
})

describe('in a Cluster', () => {
  it('each script stays in one slot', async () => {
    const node = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] })
    ends.push(() => node.stop())
    const admin = new Redis(node.url, redisOptions)
    ends.unshift(() => admin.disconnect())
    await once(admin, 'ready')
    await admin.cluster('ADDSLOTSRANGE', 0, 16_383)
    await expect.poll(() => admin.cluster('INFO'), { timeout: 5_000 }).toContain('cluster_state:ok')
    const client = new Cluster([{ host: '127.0.0.1', port: node.port }], clusterOptions)
    ends.unshift(() => client.disconnect())
    await once(client, 'ready')
    expect(() => redisWriteLog({ client, prefix: 'c:', confirm: 'replicated' })).toThrow('in a Cluster only memory')
    const log = redisWriteLog({ client, prefix: 'c:', highestStoredId: async () => undefined })
    const store = redisStore({ client, prefix: 'c:', writeLog: log })
    const cache = createCache<Row>({ store, read: cacheAside(), write: writeBehind({ log, otherwise: invalidate() }) })
    const { table } = place
    const keys = ['k', 'l', '}m', '']
    for (const key of keys) table.insert(key)
    const written = await Promise.all(
      keys.map((key) => cache.write(rename(table, key, 'one'), async () => ({ row: undefined }))),
    )
    expect(written.map(({ ack }) => ack)).toEqual(['memory', 'memory', 'memory', 'memory'])
    for (const key of keys) expect((await cache.read(key, () => table.load(key))).value?.text).toBe('one')
    for (const key of keys) await cache.write(rename(table, key, 'two'), async () => ({ row: undefined }))
    table.refuse = ({ key }) => key === 'l'
    const dead: string[] = []
    const onDead = ({ key }: { key: string }) => dead.push(key)
    const flusher = createFlusher({ log, store, apply: table.apply, pollMs: 5, onDead })
    flusher.start()
    for (let i = 0; dead.length < 2; i++) {
      await cache.write(rename(table, 'k', `${i}`), async () => ({ row: undefined }))
      await expect.poll(() => table.rows.get('k')?.row.text).toBe(`${i}`)
    }
    await flusher.close()
    expect(['l', '}m', ''].map((key) => table.rows.get(key)?.row.text)).toEqual(['new', 'two', 'two'])
    expect(await log.lag()).toMatchObject({ queued: 0, dead: 2 })
    const direct = await cache.write({ keys: ['k'] }, async () => table.update('k', 'direct'))
    expect(direct.ack).toBe('database')
    await store.close()
    log.close()
  })
})

describe('the acknowledgement', () => {
  it('is replicated once a replica has the write, and memory with a warning if none does', async () => {
    const a = await place.process({ confirm: 'replicated', confirmMs: 100 })
    expect((await a.rename('k', 'one')).ack).toBe('memory')
    expect(place.warnings).toEqual([{ code: 'QUEUE_UNSAFE', message: expect.stringContaining('replicated') }])
    await place.admin.config('SET', 'repl-diskless-sync-delay', '0')
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(place.server.port)] })
    ends.push(() => replica.stop())
    await expect.poll(() => place.admin.info('replication'), { timeout: 15_000 }).toContain('state=online')
    await expect.poll(async () => (await a.rename('k', 'two')).ack, { timeout: 5_000 }).toBe('replicated')
  })

  it('is never fsynced by a Redis without WAITAOF, which a warning says', async () => {
    const a = await place.process({ confirm: 'fsynced' })
    const { ack } = await a.rename('k', 'one')
    if (place.server.name.startsWith('redis-server 7.0')) {
      expect(ack).toBe('memory')
      expect(place.warnings[0]?.message).toContain('7.2')
    } else expect(['memory', 'fsynced']).toContain(ack)
  })
})
