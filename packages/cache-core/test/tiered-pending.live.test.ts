/** Two tiers beside another store on the same entries: an invalidation that either could not deliver is pending for both. */
import { describe, expect, it } from 'vitest'
import { bytesCodec, createCache, invalidate, type Store, stampedeLock } from '../src/index.ts'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { tieredStoreOver } from '../src/redis/tiered-store.ts'
import { isNear } from './backends.ts'
import { ioredis6, kindsByTurn } from './clients.ts'
import { connect, ends, read, server } from './own-redis.ts'

describe.each(kindsByTurn)('by $name', (kind) => {
  /** Two stores of one user. Nothing tells of changed keys: a message that is late must not matter. */
  async function open() {
    const admin = await connect(ioredis6, server.url)
    const allow = (...rules: string[]) => admin.send('ACL', 'SETUSER', 'u', ...rules)
    await allow('reset', 'on', '>right', '~*', '&*', '+@all')
    const { client } = await connect(kind, `redis://u:right@127.0.0.1:${server.port}`)
    const given = adaptClient(client)
    const track: typeof given.track = (prefixes, listener) => given.track!(prefixes, { ...listener, onChanged() {} })
    const shared = { ...given, track }
    const plain = redisStoreOver(shared, { prefix: 'c:', onWarning() {} })
    const tiered = tieredStoreOver(shared, { prefix: 'c:', onWarning() {} })
    ends.unshift(
      () => plain.close(),
      () => tiered.close(),
    )
    const over = (store: Store) =>
      createCache<Buffer>({ store, read: stampedeLock(), write: invalidate(), codec: bytesCodec })
    return { allow, tiered, caches: { plain: over(plain), tiered: over(tiered) } }
  }

  it.each(['plain', 'tiered'] as const)(
    'has no copies while an invalidation of the %s store is refused',
    async (by) => {
      const { allow, tiered, caches } = await open()
      for (const key of ['k', 'other']) {
        await expect
          .poll(async () => [(await read(caches.tiered, key, 'old')).outcome, isNear(tiered, key)], { interval: 1 })
          .toEqual(['hit', true])
      }
      await allow('-unlink')
      const { isConfirmed } = await caches[by].write({ keys: ['k'] }, async () => {})
      expect(isConfirmed).toBe(false)
      expect([isNear(tiered, 'k'), isNear(tiered, 'other')]).toEqual([false, false])
      expect(await read(caches.tiered, 'k', 'new')).toMatchObject({ outcome: 'bypass', value: Buffer.from('new') })
      await allow('+unlink')
      await expect.poll(() => tiered.health().isUsable, { interval: 5, timeout: 3_000 }).toBe(true)
      expect(isNear(tiered, 'k')).toBe(false)
      expect(await read(caches.tiered, 'k', 'new')).toMatchObject({ outcome: 'miss', value: Buffer.from('new') })
    },
  )
})
