/** The guarantees in `GET /api/strategies`, over each store. */
import { type StrategyName, strategies, strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const check = openApiCheck(openApiDocument())
const current = { readAfterWriteOf: 'keys and tags', mayLoseWrites: false }
const old = { readAfterWriteOf: 'none', mayLoseWrites: false }
const perProcess = { loadsPerExpiry: { atMost: 1, per: 'process' } }
const perExpiry = { loadsPerExpiry: { atMost: 1, per: 'expiry' } }

describe.each([
  { store: 'redis', where: 'every process' },
  { store: 'memcached', where: 'every process' },
  { store: 'memory', where: 'this process' },
] as const)('on the $store store', ({ store, where }) => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store, posts: 5 })
  })
  afterAll(() => api.close())

  const guarantees = async () => {
    const answer = await api.request('/api/strategies')
    expect(await check('GET', '/api/strategies', answer.clone())).toEqual([])
    const listed = (await answer.json()) as { name: StrategyName; store: string; promise: Record<string, unknown> }[]
    return Object.fromEntries(listed.map(({ name, promise }) => [name, promise]))
  }

  it('lists each guarantee and the processes it covers; a naive form guarantees nothing', async () => {
    const kept = { staleForAtMostMs: 60_000, where }
    const isShared = store !== 'memory'
    const naive = (name: StrategyName) => ({ ...kept, ...old, readAfterWrite: false, breaks: strategies[name].breaks })
    const expected = {
      'no-cache': {
        ...current,
        staleForAtMostMs: 0,
        where: 'every process',
        readAfterWrite: true,
        loadsPerExpiry: { atMost: 1, per: 'read' },
      },
      'cache-aside': { ...kept, ...old, ...perProcess, readAfterWrite: false },
      'manual-invalidation': { ...kept, ...current, ...perProcess, readAfterWrite: isShared },
      'write-through': { ...kept, ...current, ...perProcess, readAfterWrite: isShared },
      'stampede-lock': { ...kept, ...current, ...perExpiry, readAfterWrite: isShared },
      'stale-while-revalidate': {
        ...kept,
        ...current,
        ...perExpiry,
        staleForAtMostMs: 360_000,
        readAfterWrite: isShared,
      },
      xfetch: { ...kept, ...current, ...perExpiry, readAfterWrite: isShared },
      'refresh-ahead': { ...kept, ...current, ...perExpiry, readAfterWrite: isShared },
      tiered: {
        ...kept,
        ...current,
        ...perExpiry,
        readAfterWrite: store === 'memcached',
        ...(store === 'redis' && { othersWithinMs: 1_000 }),
      },
      'naive-invalidation': { ...naive('naive-invalidation'), ...perProcess },
      'naive-write-through': { ...naive('naive-write-through'), ...perProcess },
      'naive-lock': { ...naive('naive-lock'), ...perExpiry },
    }
    const all = await guarantees()
    // cache-core's suites check the other strategies against their declared guarantees.
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, all[name]]))).toEqual(expected)
  })

  it('lists the TTL that a PATCH has set', async () => {
    await api.send('PATCH', '/api/strategies/write-through', { ttlMs: 1_234 })
    expect((await guarantees())['write-through']).toMatchObject({ staleForAtMostMs: 1_234, where })
  })

  it('has an outbox and Cache-Control: no-cache only for strategies that guarantee read-after-write', async () => {
    const listed = await guarantees()
    for (const name of strategyNames) {
      const { outbox, storeKind } = api.instances.named(name)
      const isCurrent = listed[name]!.readAfterWriteOf !== 'none'
      expect([name, outbox !== undefined]).toEqual([name, isCurrent && storeKind !== 'none'])
      const control = (await api.request(`/api/posts/1?strategy=${name}`)).headers.get('Cache-Control')
      expect([name, control === 'no-cache']).toEqual([name, isCurrent])
      expect([name, control === 'no-store']).toEqual([name, name === 'always-hit'])
    }
  })
})
