/** A private Redis for each test, which may stop it or change its role, behind a proxy, and processes on it. */
import { type PrivateRedis, startRedis, startTcpProxy, type TcpProxy } from 'local-servers'
import { afterEach, beforeEach, expect } from 'vitest'
import { bytesCodec, type Cache, type CacheWarning, cacheAside, createCache, invalidate } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import type { ClientKind, TestClient } from './clients.ts'

export const ends: (() => unknown)[] = []
export let server: PrivateRedis
export let proxy: TcpProxy
export let warnings: CacheWarning[]

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

export async function connect(kind: ClientKind, url = `redis://${proxy.address}`): Promise<TestClient> {
  const client = await kind.connect(url)
  ends.unshift(() => client.disconnect())
  return client
}

export function open({ client }: TestClient, options: { ownsConnection?: boolean; prefix?: string } = {}) {
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

export const read = (cache: Cache<Buffer>, key = 'k', value = 'v') => cache.read(key, async () => Buffer.from(value))

export async function hitAgain(cache: Cache<Buffer>, withinMs: number, key = 'k'): Promise<number> {
  const start = performance.now()
  await expect.poll(async () => (await read(cache, key)).outcome, { interval: 20, timeout: withinMs }).toBe('hit')
  return performance.now() - start
}
