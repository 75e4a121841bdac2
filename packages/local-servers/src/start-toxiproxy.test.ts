import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { lacksTools } from './lacks-tools.ts'
import { type PrivateRedis, startRedis } from './start-redis.ts'
import { startToxiproxy, type ToxicProxy, type Toxiproxy } from './start-toxiproxy.ts'

describe.skipIf(lacksTools('toxiproxy'))('startToxiproxy', () => {
  let redis: PrivateRedis
  let toxiproxy: Toxiproxy
  let proxy: ToxicProxy
  beforeAll(async () => {
    redis = await startRedis()
    toxiproxy = await startToxiproxy()
    proxy = await toxiproxy.proxy(`127.0.0.1:${redis.port}`)
  })
  afterAll(async () => {
    await toxiproxy.kill()
    await redis.kill()
  })
  beforeEach(() => proxy.mend())

  async function connect(): Promise<Redis> {
    const client = new Redis(`redis://${proxy.address}`, {
      lazyConnect: true,
      retryStrategy: () => null,
      commandTimeout: 500,
    })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  it('forwards everything without a fault', async () => {
    const client = await connect()
    expect(await client.echo('through')).toBe('through')
    client.disconnect()
  })

  it('delays answers until mended', async () => {
    const client = await connect()
    await proxy.delay(200)
    const askedAt = performance.now()
    await client.ping()
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(195)
    await proxy.mend()
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
  })

  it('hangs: a command neither arrives nor is answered', async () => {
    const client = await connect()
    await proxy.hang()
    await expect(client.set('key', 'value')).rejects.toThrow(/timed out/)
    client.disconnect()
    await proxy.mend()
    const after = await connect()
    expect(await after.get('key')).toBeNull()
    after.disconnect()
  })

  it('resets connections', async () => {
    const client = await connect()
    const ended = new Promise((resolve) => client.once('end', resolve))
    await proxy.reset()
    await expect(client.ping()).rejects.toThrow()
    await ended
  })

  it('is gone after kill', async () => {
    const own = await startToxiproxy()
    const { address } = await own.proxy(`127.0.0.1:${redis.port}`)
    await own.kill()
    expect(await refuses(`http://${address}`)).toBe(true)
  })
})
