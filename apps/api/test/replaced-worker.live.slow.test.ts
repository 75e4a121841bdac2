/** A process of several (`WORKERS`) that dies while the database can't be reached: its replacements can't start until it can. */
import { readFileSync } from 'node:fs'
import { type ApiProcess, freePort, startTcpProxy, type TcpProxy } from 'local-servers'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { scratchPosts } from './support/scratch-posts.ts'
import { startApi } from './support/start-api.ts'

let scratch: Awaited<ReturnType<typeof scratchPosts>>
let proxy: TcpProxy
let api: ApiProcess
beforeAll(async () => {
  scratch = await scratchPosts(1)
  const url = new URL(scratch.url)
  proxy = await startTcpProxy(Number(url.port))
  url.host = proxy.address
  const REDIS_PREFIX = `replaced-${process.pid}:`
  api = await startApi({ DATABASE_URL: url.href, REDIS_URL: process.env.TEST_REDIS_URL, REDIS_PREFIX, WORKERS: '2' })
  await served(2)
})
afterAll(async () => {
  await api?.kill()
  await proxy?.close()
  await scratch?.drop()
})

const linesWith = (text: string) => api.output().split(text).length - 1
/** Until so many processes have served. */
const served = (count: number) => vi.waitFor(() => expect(linesWith('API on')).toBe(count), { timeout: 20_000 })
const failed = (count: number) =>
  vi.waitFor(() => expect(linesWith('a worker could not start')).toBeGreaterThanOrEqual(count), { timeout: 20_000 })
/** Linux only. */
const workerPids = () => readFileSync(`/proc/${api.pid}/task/${api.pid}/children`, 'utf8').trim().split(' ').map(Number)

it.skipIf(process.platform !== 'linux')('is replaced once that works; meanwhile the others serve', async () => {
  const { port } = new URL(scratch.url)
  proxy.leadTo(await freePort())
  const [dying, healthy] = workerPids()
  process.kill(dying!, 'SIGKILL')
  await failed(2)
  expect((await fetch(`${api.url}/api/stats`)).status).toBe(200)
  expect(workerPids()).toContain(healthy)
  proxy.leadTo(Number(port))
  await served(3)
  expect(workerPids()).toContain(healthy)
})

it.skipIf(process.platform !== 'linux')('keeps no service from ending', async () => {
  proxy.leadTo(await freePort())
  for (const pid of workerPids()) process.kill(pid, 'SIGKILL')
  const before = linesWith('a worker could not start')
  await failed(before + 2)
  api.child.kill('SIGTERM')
  expect(await api.ended).toBe(0)
})

it('is not replaced if none has ever served', async () => {
  const DATABASE_URL = `postgres://u@127.0.0.1:${await freePort()}/x`
  await expect(startApi({ DATABASE_URL, REDIS_URL: process.env.TEST_REDIS_URL, WORKERS: '2' })).rejects.toThrow(
    'the API ended with 1',
  )
})
