/** What is in Redis under a key, as an inspector shows it. */
import { describe, expect, it } from 'vitest'
import { createCache, invalidate, jsonCodec, stampedeLock, writeBehind } from '../src/index.ts'
import { inspectKey, redisStore, redisWriteLog } from '../src/redis/index.ts'
import { kindsByTurn } from './clients.ts'
import { connect, ends } from './own-redis.ts'

describe.each(kindsByTurn)('by $name', (kind) => {
  async function opened() {
    const { client } = await connect(kind)
    const store = redisStore({ client, prefix: 'c:' })
    ends.unshift(() => store.close())
    const cache = createCache<{ title: string } | string>({
      store,
      read: stampedeLock({ ttlMs: 60_000 }),
      write: invalidate(),
    })
    return { cache, inspect: (key: string, tags: string[] = []) => inspectKey({ client, prefix: 'c:' }, key, tags) }
  }

  it('shows nothing, then the lease of a running load, then the entry', async () => {
    const { cache, inspect } = await opened()
    expect(await inspect('k', ['a'])).toEqual({
      entry: undefined,
      bytes: 0,
      expiresInMs: undefined,
      lease: undefined,
      epochs: [undefined],
      now: expect.any(Number),
    })
    const read = cache.read(
      'k',
      async ({ setTags }) => {
        setTags(['a'])
        const { lease, entry, epochs } = await inspect('k', ['a', 'b'])
        expect([entry, epochs.length]).toEqual([undefined, 2])
        expect(lease!.endsInMs).toBeGreaterThan(0)
        expect(lease!.endsInMs).toBeLessThanOrEqual(2_000)
        return { title: 'T' }
      },
      { tags: ['a', 'b'] },
    )
    await read
    const { entry, lease, epochs, expiresInMs, bytes, now } = await inspect('k', ['a', 'b'])
    expect(jsonCodec.decode(entry!.payload)).toEqual({ title: 'T' })
    expect([entry!.isAbsent, lease]).toEqual([false, undefined])
    expect(entry!.epochs).toEqual([epochs[0], undefined])
    expect(entry!.identity).toMatch(/^[0-9a-f]{16}$/)
    expect(entry!.freshUntil - now).toBeGreaterThan(50_000)
    expect(expiresInMs).toBeGreaterThan(50_000)
    expect(bytes).toBe(40 + 2 * 8 + entry!.payload.length)
    await cache.invalidate({ tags: ['a'] })
    expect((await inspect('k', ['a'])).epochs[0]).not.toBe(entry!.epochs[0])
  })

  it('shows the absence of a value, and bytes that are no entry', async () => {
    const { cache, inspect } = await opened()
    await cache.read('k', async () => undefined)
    expect((await inspect('k')).entry).toMatchObject({ isAbsent: true, payload: { length: 0 } })
    const { send } = await connect(kind)
    await send('SET', 'c:e:{other}', 'text')
    expect(await inspect('other')).toMatchObject({ entry: undefined, bytes: 4, expiresInMs: undefined })
  })

  it('shows that somebody waits for the lease', async () => {
    const [one, other] = [await opened(), await opened()]
    const loaded = Promise.withResolvers<string>()
    const first = one.cache.read('k', () => loaded.promise)
    await expect.poll(async () => (await one.inspect('k')).lease?.isWaitedFor).toBe(false)
    const second = other.cache.read('k', async () => 'not loaded')
    await expect.poll(async () => (await one.inspect('k')).lease?.isWaitedFor).toBe(true)
    loaded.resolve('v')
    expect([(await first).value, (await second).value]).toEqual(['v', 'v'])
  })

  it('finds an entry in the slot of its bucket', async () => {
    const { client } = await connect(kind)
    const writeLog = redisWriteLog({ client, prefix: 'q:', buckets: 4, highestStoredId: async () => '' })
    const store = redisStore({ client, prefix: 'q:', writeLog })
    ends.unshift(async () => {
      await store.close()
      writeLog.close()
    })
    const cache = createCache<string>({
      store,
      read: stampedeLock(),
      write: writeBehind({ log: writeLog, otherwise: invalidate() }),
    })
    await cache.read('k', async () => 'v')
    const inspected = await inspectKey({ client, prefix: 'q:', buckets: 4 }, 'k', [])
    expect(jsonCodec.decode(inspected.entry!.payload)).toBe('v')
  })

  it('refuses what it can not use', async () => {
    const { client } = await connect(kind)
    await expect(inspectKey({ client, prefix: 1 } as never, 'k', [])).rejects.toThrow('prefix')
    await expect(inspectKey({ client, prefix: 'c:', bucket: 1 } as never, 'k', [])).rejects.toThrow('bucket')
    await expect(inspectKey({ client, prefix: 'c:', buckets: 0 }, 'k', [])).rejects.toThrow('buckets is 0')
    await expect(inspectKey({ client, prefix: 'c:' }, 'k', 'a' as never)).rejects.toThrow('tags')
  })
})
