/** With the embedded Postgres, which takes seconds to start: a process leaves nothing behind, however it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { refuses, watchServer } from '../test/connections.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A process that has started all servers and keeps running. */
async function startParent() {
  const parent = spawn(process.execPath, [new URL('../test/start-and-stay.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => parent.kill('SIGKILL'))
  const [line] = await once(createInterface(parent.stdout), 'line')
  const told = JSON.parse(line) as { servicesPid: number; redis: string; postgres: string }
  const watched = [await watchServer(told.redis), await watchServer(told.postgres)]
  const serversGone = Promise.all(watched.map((server) => server.gone))
  const allGone = Promise.all([once(parent.stdout, 'close'), serversGone])
  return { parent, serversGone, allGone, ...told }
}

describe('startServices', () => {
  it('leaves nothing behind 2 s after a kill -9 of its parent, not even processes that ignore SIGTERM', async () => {
    const { parent, allGone, redis, postgres } = await startParent()
    const killedAt = performance.now()
    parent.kill('SIGKILL')
    await allGone
    expect(performance.now() - killedAt).toBeLessThan(2_000)
    expect([await refuses(redis), await refuses(postgres)]).toEqual([true, true])
  })

  it('takes no more than 2 s while a statement keeps Postgres busy', async () => {
    const { parent, allGone, postgres } = await startParent()
    const client = new pg.Client(postgres)
    client.on('error', () => {})
    await client.connect()
    client.query('SELECT count(*) FROM generate_series(1, 2000000000)').catch(() => {})
    const killedAt = performance.now()
    parent.kill('SIGKILL')
    await allGone
    expect(performance.now() - killedAt).toBeLessThan(2_000)
  })

  it('ends its servers on SIGTERM too', async () => {
    const { servicesPid, serversGone, redis, postgres } = await startParent()
    process.kill(servicesPid, 'SIGTERM')
    await serversGone
    expect([await refuses(redis), await refuses(postgres)]).toEqual([true, true])
  })
})
