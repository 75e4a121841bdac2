/** The bundle, as `pnpm start` and the image run it: the files beside it are found. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ApiProcess, type ScratchDatabase, startApi } from 'local-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scratchPosts } from './support/scratch-posts.ts'

const STRATEGY = 'stampede-lock'
const folder = fileURLToPath(new URL('..', import.meta.url))

let scratch: ScratchDatabase
let api: ApiProcess
beforeAll(async () => {
  await promisify(execFile)('../../node_modules/.bin/tsup', { cwd: folder })
  scratch = await scratchPosts(50, [STRATEGY])
  const env = { DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL, REDIS_PREFIX: 'built:' }
  api = await startApi(new URL('../dist/main.js', import.meta.url), env)
})
afterAll(async () => {
  await api?.kill()
  await scratch?.drop()
})

const call = async (method: string, path: string, body?: unknown) => {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(api.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (await answer.json()) as Record<string, unknown>
}

it('sends a load from its own process', async () => {
  await call('POST', '/api/load', { strategies: [STRATEGY], seconds: 1, ratePerSecond: 20, posts: 50 })
  await expect.poll(async () => (await call('GET', '/api/load')).running, { timeout: 20_000 }).toBe(null)
  expect((await call('GET', '/api/load')).last).toMatchObject({ why: 'done', sent: 20, failed: 0 })
})

it('kills a process that holds a lease', async () => {
  const done = await call('POST', '/api/actions/kill-lease-holder', { strategies: [STRATEGY] })
  expect(done).toMatchObject({ done: 'kill-lease-holder' })
  const entries = (await call('GET', `/api/entries?key=${done.key}`)) as unknown as {
    strategy: string
    lease: unknown
  }[]
  expect(entries.find(({ strategy }) => strategy === STRATEGY)!.lease).toMatchObject({ isWaitedFor: false })
})
