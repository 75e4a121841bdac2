/** `pnpm load-posts --reset` while the API runs. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ApiProcess, createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startApi } from './support/start-api.ts'

const command = new URL('../cli/load-posts.ts', import.meta.url).pathname
let scratch: ScratchDatabase
const load = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--conditions=workspace-source', command, ...args], {
    env: { ...process.env, DATABASE_URL: scratch.url },
  })

beforeAll(async () => {
  scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
  await load('--count', '50')
})
afterAll(() => scratch.drop())

describe.each(['redis', 'memory'])('with entries in %s', (store) => {
  let api: ApiProcess
  beforeAll(async () => {
    const REDIS_URL = store === 'redis' ? process.env.TEST_REDIS_URL : undefined
    api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL })
  })
  afterAll(() => api.kill())

  it('restores deleted posts under every strategy within 5 s', async () => {
    const url = (name: string) => `${api.url}/api/posts/44?strategy=${name}`
    const statuses = (of: (name: string) => Promise<Response>) =>
      Promise.all(strategyNames.map(async (name) => [name, (await of(name)).status]))
    const all = (status: number) => strategyNames.map((name) => [name, status])
    expect(await statuses((name) => fetch(url(name), { method: 'DELETE' }))).toEqual(all(204))
    // Caches the absence.
    await statuses((name) => fetch(url(name)))
    await load('--reset')
    await expect.poll(() => statuses((name) => fetch(url(name))), { timeout: 5_000, interval: 100 }).toEqual(all(200))
    // Versions start again at 1: the deletions must not count as newer.
    const staleMs = async () => {
      const answers = await Promise.all(strategyNames.map((name) => fetch(url(name))))
      return answers.map(({ headers }) => headers.get('X-Stale-Ms'))
    }
    await expect.poll(staleMs, { timeout: 5_000, interval: 100 }).toEqual(strategyNames.map(() => '0'))
  })
})
