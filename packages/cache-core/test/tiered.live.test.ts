/** Two tiers on a real Redis: what a process keeps near is never old at rest, whatever happens to its tracking connection. */
import { startRedis } from 'local-servers'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeEntry } from '../src/entry.ts'
import { bytesCodec, type Cache, createCache, invalidate, type Store, stampedeLock } from '../src/index.ts'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { tieredStore } from '../src/redis/index.ts'
import { tieredStoreOver } from '../src/redis/tiered-store.ts'
import { isNear, untilTold } from './backends.ts'
import { ioredis6, kindsByTurn, type TestClient } from './clients.ts'
import { connect, ends, proxy, server, warnings } from './own-redis.ts'

const RACED_KEYS = 3_000

let admin: TestClient
beforeEach(async () => {
  admin = await connect(ioredis6, server.url)
})

describe.each(kindsByTurn)('by $name', (kind) => {
  async function open(url?: string) {
    const { client } = await connect(kind, url)
    const store = tieredStore({ client, prefix: 'c:', onWarning: (warning) => warnings.push(warning) })
    ends.unshift(() => store.close())
    const cache = createCache<Buffer>({ store, read: stampedeLock(), write: invalidate(), codec: bytesCodec })
    return { store, cache }
  }

  async function opened(url?: string) {
    const process = await open(url)
    await untilTold([process.store])
    return process
  }

  it('answers from memory at once, without a command', async () => {
    const { cache, store } = await opened()
    const options = { tags: ['a', 'b'] }
    await read(cache, 'k', 'v', options)
    await near(store, 'k', ['a', 'b'])
    const before = await commands()
    for (let i = 0; i < 1_000; i++) {
      expect(cache.peek('k', options)?.value?.toString()).toBe('v')
      expect((await read(cache, 'k', 'w', options)).outcome).toBe('hit')
      await cache.readMany(['k'], async () => new Map(), options)
    }
    // INFO itself, and up to two PINGs on each connection meanwhile.
    expect((await commands()) - before).toBeLessThanOrEqual(5)
  })

  it('asks Redis for what it has not, and sends nothing for a peek', async () => {
    const { cache } = await opened()
    const before = await commands()
    for (let i = 0; i < 100; i++) expect(cache.peek(`k${i}`)).toBeUndefined()
    expect((await commands()) - before).toBeLessThanOrEqual(5)
  })

  it('sees its own writes at once, and those of others soon', async () => {
    const [p1, p2] = [await opened(), await opened()]
    for (let i = 1; i <= 200; i++) {
      for (const { cache } of [p1, p2]) await read(cache, 'k', `v${i - 1}`, { tags: ['t'] })
      await p1.cache.write({ keys: i % 2 === 0 ? ['k'] : [], tags: i % 2 === 0 ? [] : ['t'] }, async () => {})
      expect((await read(p1.cache, 'k', `v${i}`, { tags: ['t'] })).value?.toString()).toBe(`v${i}`)
      await expect
        .poll(async () => (await read(p2.cache, 'k', `v${i}`, { tags: ['t'] })).value?.toString(), { interval: 1 })
        .toBe(`v${i}`)
    }
  })

  it('sees its own writes at once, even if nothing tells of them', async () => {
    const { client } = await connect(kind)
    const given = adaptClient(client)
    const track: typeof given.track = (prefixes, listener) => given.track!(prefixes, { ...listener, onChanged() {} })
    const store = tieredStoreOver({ ...given, track }, { prefix: 'c:' })
    ends.unshift(() => store.close())
    const cache = createCache<Buffer>({ store, read: stampedeLock(), write: invalidate(), codec: bytesCodec })
    const options = { tags: ['t'] }
    const seen = async (value: string) => (await read(cache, 'k', value, options)).value?.toString()
    for (const [value, change] of [
      ['v1', () => cache.invalidate({ keys: ['k'] })],
      ['v2', () => cache.invalidate({ tags: ['t'] })],
      ['v3', () => cache.invalidateAll()],
    ] as const) {
      expect(await seen(value)).toBe(value)
      await near(store, 'k', ['t'])
      await change()
    }
    expect(await seen('v4')).toBe('v4')
    await near(store, 'k', ['t'])
    await cache.set('k', Buffer.from('v5'), options)
    expect(await seen('v6')).toBe('v5')
  })

  it('is told of a tag that others invalidate', async () => {
    const [p1, p2] = [await opened(), await opened()]
    await read(p2.cache, 'k', 'v', { tags: ['t'] })
    await near(p2.store, 'k', ['t'])
    await p1.cache.invalidate({ tags: ['t'] })
    await expect.poll(() => isNear(p2.store, 'k', ['t']), { interval: 1 }).toBe(false)
  })

  it(`keeps nothing old when replies and messages cross: ${RACED_KEYS} keys`, async () => {
    const { store } = await opened()
    const writer = await connect(ioredis6, server.url)
    const keys = Array.from({ length: RACED_KEYS }, (_, i) => `k${i}`)
    const old = entryOf('old')
    const current = entryOf('new')
    const set = (key: string, entry: Buffer) => commandsOf(writer).set(`c:e:{${key}}`, entry, 'PX', 60_000)
    const epochs = { old: Buffer.alloc(8, 1), current: Buffer.alloc(8, 3) }
    const bump = (key: string, epoch: Buffer) => commandsOf(writer).set(`c:t:${key}`, epoch, 'PX', 60_000)
    await Promise.all(keys.flatMap((key) => [set(key, old), bump(key, epochs.old)]))
    // Each key and its tag are read around a change by another process. The replies to these reads cross the message of the change.
    const raced = keys.map(async (key, i) => {
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
      const reading = store.get(key, [key])
      const writing = Promise.all([set(key, current), bump(key, epochs.current)])
      const again = store.get(key, [key])
      await Promise.all([reading, writing, again])
      if (i % 2 === 0) await store.get(key, [key])
    })
    await Promise.all(raced)
    await untilTold([store])
    const kept = keys.filter((key) => isNear(store, key, [key])).length
    for (const key of keys) {
      const found = await store.get(key, [key])
      expect([found.bytes?.equals(current), found.epochs[0]?.equals(epochs.current)]).toEqual([true, true])
    }
    console.log(`${RACED_KEYS} raced keys: ${kept} near at rest, none old`)
  })

  it('understands a message about several keys', async () => {
    const { store, cache } = await opened()
    const keys = ['a', 'b,c', '}', 'ü']
    for (const key of keys) await read(cache, key)
    for (const key of keys) await near(store, key)
    const names = ['c:e:{a}', 'c:e:{b,c}', 'c:e:{\\}}', 'c:e:{ü}']
    expect(await admin.send('UNLINK', ...names)).toBe(4)
    await untilTold([store])
    expect(keys.map((key) => isNear(store, key))).toEqual([false, false, false, false])
  })

  it('has no copy of a value that is not fresh any more', async () => {
    const { cache, store } = await opened()
    await cache.read('k', async () => Buffer.from('v'), { ttlMs: 200 })
    await near(store)
    await expect.poll(() => isNear(store, 'k'), { interval: 5 }).toBe(false)
  })

  it('drops everything with FLUSHALL', async () => {
    const { store, cache } = await opened()
    await read(cache, 'k', 'v', { tags: ['t'] })
    await near(store, 'k', ['t'])
    await admin.send('FLUSHALL')
    await expect.poll(() => isNear(store, 'k'), { interval: 1 }).toBe(false)
    expect((await read(cache, 'k', 'w', { tags: ['t'] })).value?.toString()).toBe('w')
  })

  it('drops everything when its tracking connection is killed, and serves again over a new one', async () => {
    const { store, cache } = await opened()
    for (let round = 0; round < 10; round++) {
      await read(cache, 'k', 'v')
      await near(store, 'k')
      const [id] = await trackingIds()
      await admin.send('CLIENT', 'KILL', 'ID', String(id))
      await expect.poll(() => isNear(store, 'k'), { interval: 1 }).toBe(false)
      await admin.send('UNLINK', 'c:e:{k}') // nobody tells of it
      expect((await read(cache, 'k', `w${round}`)).value?.toString()).toBe(`w${round}`)
      await untilTold([store])
      await near(store, 'k')
      await cache.invalidate({ keys: ['k'] })
    }
    expect(warnings).toEqual([])
  })

  it('stops serving copies when its connection falls silent, within the declared time', async () => {
    const { store, cache } = await opened()
    const { othersWithinMs } = cache.guarantee
    await read(cache, 'k', 'v')
    await near(store, 'k')
    proxy.silence()
    const silentFrom = performance.now()
    await admin.send('UNLINK', 'c:e:{k}')
    await expect.poll(() => isNear(store, 'k'), { interval: 1, timeout: 5_000 }).toBe(false)
    expect(performance.now() - silentFrom).toBeLessThan(othersWithinMs! + 50)
  })

  it('works over Redis alone while it may not track, and says so once', async () => {
    for (const rule of ['-client', '-client|tracking', '-client|id', '-subscribe', 'resetchannels']) {
      const before = warnings.length
      await admin.send('ACL', 'SETUSER', 'u', 'reset', 'on', '>right', '~*', '&*', '+@all', rule)
      const { store, cache } = await open(`redis://u:right@127.0.0.1:${server.port}`)
      await expect.poll(() => warnings.length, { interval: 5 }).toBe(before + 1)
      expect(warnings.at(-1)).toEqual({
        code: 'COMMAND_REFUSED',
        message: expect.stringMatching(
          /refuses CLIENT TRACKING: NOPERM.*\+client\|tracking \+subscribe &__redis__:invalidate/,
        ),
      })
      expect(store.health()).toMatchObject({ isUsable: true, reason: expect.stringMatching(/every read asks Redis/) })
      expect([(await read(cache, rule)).outcome, (await read(cache, rule)).outcome]).toEqual(['miss', 'hit'])
      expect(isNear(store, rule)).toBe(false)
      await store.close()
    }
  })

  it('needs no other permissions than the documented ones', async () => {
    const rules = '+client|id +client|tracking +subscribe &__redis__:invalidate'
    const store = '+mget +get +set +unlink +eval +evalsha +time +getrange +pttl +del +ping'
    await admin.send('ACL', 'SETUSER', 'u', 'reset', 'on', '>right', '~c:*', ...`${store} ${rules}`.split(' '))
    const process = await opened(`redis://u:right@127.0.0.1:${server.port}`)
    await read(process.cache)
    await near(process.store)
    expect(warnings).toEqual([])
  })

  it('has no copies while reads bypass Redis, although its connection for changes answers', async () => {
    const { client } = await connect(kind)
    const given = adaptClient(client)
    let isSilent = false
    const never = new Promise<never>(() => {})
    const mget: typeof given.mget = (keys) => (isSilent ? never : given.mget(keys))
    const get: typeof given.get = (key) => (isSilent ? never : given.get(key))
    const ping: typeof given.ping = () => (isSilent ? never : given.ping())
    const store = tieredStoreOver({ ...given, mget, get, ping }, { prefix: 'c:' })
    ends.unshift(() => store.close())
    const cache = createCache<Buffer>({ store, read: stampedeLock(), write: invalidate(), codec: bytesCodec })
    await read(cache)
    await near(store)
    isSilent = true
    expect((await read(cache, 'not kept')).outcome).toBe('bypass') // after its deadline
    expect([isNear(store, 'k'), (await read(cache)).outcome]).toEqual([false, 'bypass'])
    isSilent = false
    await near(store)
  })

  it('takes no queue of writes, whose script would change entries without dropping the copies here', async () => {
    const { client } = await connect(kind)
    const writeLog = { prefix: 'c:', buckets: 4 }
    expect(() => tieredStore({ client, prefix: 'c:', writeLog } as never)).toThrow(/has no option "writeLog"/)
  })

  it('ends its connection with close', async () => {
    const { store } = await opened()
    expect(await trackingIds()).toHaveLength(1)
    await store.close()
    await expect.poll(() => trackingIds(), { interval: 5 }).toHaveLength(0)
    expect(isNear(store, 'k')).toBe(false)
  })

  it('begins again when the client is led to another server, while its tracking connection still leads to the old one', async () => {
    const other = await startRedis()
    ends.push(() => other.stop())
    const { store, cache } = await opened()
    await read(cache, 'k', 'v')
    await near(store, 'k')
    proxy.leadTo(other.port)
    await admin.send('CLIENT', 'KILL', 'TYPE', 'normal') // not the tracking connection
    await expect.poll(() => isNear(store, 'k'), { interval: 1, timeout: 5_000 }).toBe(false)
    await expect.poll(async () => (await read(cache, 'k', 'w')).outcome, { interval: 5, timeout: 5_000 }).toBe('hit')
    expect((await read(cache, 'k', 'x')).value?.toString()).toBe('w')
    await near(store, 'k')
  })
})

type Options = { readonly tags?: readonly string[] }
const read = (cache: Cache<Buffer>, key = 'k', value = 'v', options: Options = {}) =>
  cache.read(key, async () => Buffer.from(value), options)

/** Waits until the store has a copy. */
async function near(store: Required<Store>, key = 'k', tags: readonly string[] = []): Promise<void> {
  await expect
    .poll(
      async () => {
        await store.get(key, tags)
        return isNear(store, key, tags)
      },
      { interval: 1, timeout: 5_000 },
    )
    .toBe(true)
}

function entryOf(text: string): Buffer {
  const now = Date.now()
  const payload = Buffer.from(text)
  return encodeEntry({ key: 'any', payload, loadedAt: now, freshUntil: now + 60_000, loadMs: 1, epochs: [] })
}

function commandsOf({ client }: TestClient) {
  return client as unknown as { set(key: string, value: Buffer, px: 'PX', ms: number): Promise<unknown> }
}

async function commands(): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(String(await admin.send('INFO', 'stats')))?.[1])
}

async function trackingIds(): Promise<number[]> {
  const list = String(await admin.send('CLIENT', 'LIST'))
  return [...list.matchAll(/^id=(\d+) .* flags=\S*t/gm)].map(([, id]) => Number(id))
}
