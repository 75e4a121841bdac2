/** HAProxy in front of two API processes, with the basic HTTP health check of its manual. */
import { type ApiProcess, type Haproxy, lacksTools, type ScratchDatabase, startHaproxy } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchPosts } from './support/scratch-posts.ts'
import { startApi } from './support/start-api.ts'

const PLAIN = ['option httpchk GET /healthz']
/** The configuration from docs/running.md. */
const RETRYING = [
  ...PLAIN,
  'option redispatch',
  'retry-on conn-failure empty-response',
  'http-request disable-l7-retry unless METH_GET',
]
const STRATEGY = 'write-through'
const POSTS = 20

describe.skipIf(lacksTools('haproxy'))('behind HAProxy', () => {
  let scratch: ScratchDatabase
  let apis: ApiProcess[]
  let plain: Haproxy
  beforeAll(async () => {
    scratch = await scratchPosts(POSTS, [STRATEGY])
    const env = { DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL }
    apis = await Promise.all([startApi(env), startApi(env)])
    plain = await startInFront(PLAIN)
  })
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await Promise.all(apis.map((api) => api.kill()))
    await scratch.drop()
  })

  const proxies: Haproxy[] = []
  async function startInFront(backend: string[]): Promise<Haproxy> {
    const [one, other] = apis.map(({ url }) => url) as [string, string]
    const proxy = await startHaproxy({ servers: { one, other }, backend })
    proxies.push(proxy)
    return proxy
  }
  const urlOf = (proxy: Haproxy, id: number) => `${proxy.url}/api/posts/${id}?strategy=${STRATEGY}`

  it('both processes pass its health check, which is HTTP/1.0 without a Host', async () => {
    await expect.poll(plain.statuses, { timeout: 5_000 }).toEqual({ one: 'UP', other: 'UP' })
  })

  it('forwards reads and writes', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => fetch(urlOf(plain, i + 1))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const patched = await fetch(urlOf(plain, 1), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: '{"title":"Through HAProxy"}',
    })
    expect(patched.status).toBe(200)
    for (let i = 0; i < 4; i++) {
      expect(await (await fetch(urlOf(plain, 1))).json()).toMatchObject({ title: 'Through HAProxy' })
    }
  })

  it('no read fails when one of the processes ends: the other takes over', async () => {
    const retrying = await startInFront(RETRYING)
    const statuses = new Map<number, number>()
    let isEnding = false
    const reader = async (offset: number) => {
      for (let i = offset; !isEnding; i++) {
        const answer = await fetch(urlOf(retrying, (i % POSTS) + 1))
        await answer.arrayBuffer()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }
    const readers = Promise.all(Array.from({ length: 8 }, (_, i) => reader(i)))
    await expect.poll(() => statuses.get(200) ?? 0).toBeGreaterThan(200)
    apis[0]!.child.kill('SIGTERM')
    expect(await apis[0]!.ended).toBe(0)
    await expect.poll(retrying.statuses, { timeout: 5_000 }).toEqual({ one: 'DOWN', other: 'UP' })
    isEnding = true
    await readers
    expect([...statuses.keys()]).toEqual([200])
  })
})
