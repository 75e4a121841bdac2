import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { refuses, watchServer } from '../test/connections.ts'
import { startServices } from './start-services.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A process that has started everything and stays. */
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
  it('leaves nothing behind within 2 s of a kill -9 of its parent, not even what ignores SIGTERM', async () => {
    const { parent, allGone, redis, postgres } = await startParent()
    const killedAt = performance.now()
    parent.kill('SIGKILL')
    await allGone
    expect(performance.now() - killedAt).toBeLessThan(2_000)
    expect([await refuses(redis), await refuses(postgres)]).toEqual([true, true])
  })

  it('keeps to the 2 s while a statement keeps Postgres busy', async () => {
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

  it('leaves no Redis when the services process itself is killed', async () => {
    const services = await startServices({ redis: true })
    const { gone } = await watchServer(services.redis!.url)
    process.kill(services.pid, 'SIGKILL')
    await Promise.all([services.ended, gone])
    expect(await refuses(services.redis!.url)).toBe(true)
  })

  it('starts only what is asked for, says where it is, and ends it on stop, which may be repeated', async () => {
    const services = await startServices({ redis: { args: ['--maxmemory', '16mb'] } })
    cleanups.push(services.stop)
    expect(services.postgres).toBeUndefined()
    const { url, pid } = services.redis!
    const client = new Redis(url, { retryStrategy: () => null })
    client.on('error', () => {})
    expect(await client.info('server')).toContain(`process_id:${pid}`)
    await Promise.all([services.stop(), services.stop()])
    await services.ended
    expect(await refuses(url)).toBe(true)
  })

  it('ends what it was told to end too, and no longer what it was told to let live', async () => {
    const services = await startServices({})
    const [ended, spared] = [spawn('sleep', ['600']), spawn('sleep', ['600'])]
    cleanups.push(() => spared.kill('SIGKILL'))
    const exit = once(ended, 'exit')
    services.alsoEnd(ended.pid!)
    services.alsoEnd(spared.pid!)()
    await services.stop()
    expect([await exit, spared.exitCode, spared.signalCode]).toEqual([[null, 'SIGTERM'], null, null])
  })

  it('throws what went wrong inside, with its cause, and leaves nothing running', async () => {
    const failure = startServices({ redis: true, postgres: { scratchOn: 'postgres://user:secret@127.0.0.1:1/posts' } })
    const error = await failure.then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(error?.message).toBe("can't create a database on 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1")
    expect(error?.cause).toMatchObject({ message: 'connect ECONNREFUSED 127.0.0.1:1' })
  })
})
