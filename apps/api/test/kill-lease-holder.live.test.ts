/** "Kill the lease holder" acts on, marks and names only strategies with leases in Redis. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { killLeaseHolder } from '../src/live/kill-lease-holder.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const WITHOUT = ['no-cache', 'naive-invalidation', 'naive-write-through', 'always-hit']

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 1 })
})
afterAll(() => api.close())

it('names in its answer and its mark those whose lease was held', async () => {
  const marked = vi.spyOn(api.events, 'mark')
  const strategies = strategyNames.filter((name) => !WITHOUT.includes(name))
  const answer = await api.send('POST', '/api/actions/kill-lease-holder', {})
  expect(await answer.json()).toMatchObject({ done: 'kill-lease-holder', strategies })
  expect(marked).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ strategies }))
  marked.mockRestore()
})

it('is refused for strategies that have no leases, and leaves no mark', async () => {
  const marked = vi.spyOn(api.events, 'mark')
  const answer = await api.send('POST', '/api/actions/kill-lease-holder', { strategies: WITHOUT })
  expect([answer.status, await answer.json()]).toMatchObject([409, { type: 'urn:problem:not-available' }])
  expect(marked).not.toHaveBeenCalled()
  marked.mockRestore()
})

it.each(['refuses connections', 'does not answer'])('holds no lease while Redis %s', async (how) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  if (how === 'refuses connections') silent.close()
  const plan = { prefix: '', strategies: ['stampede-lock'], key: 'post:1' } as const
  expect(await killLeaseHolder({ ...plan, redisUrl: `redis://127.0.0.1:${port}` })).toEqual([])
  silent.close()
})
