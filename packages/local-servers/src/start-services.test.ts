import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { refuses, watchServer } from '../test/connections.ts'
import { startServices } from './start-services.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('startServices', () => {
  it('leaves no Redis behind when the services process itself is killed', async () => {
    const services = await startServices({ redis: true })
    const { gone } = await watchServer(services.redis!.url)
    process.kill(services.pid, 'SIGKILL')
    await Promise.all([services.ended, gone])
    expect(await refuses(services.redis!.url)).toBe(true)
  })

  it('starts only the requested servers, and ends them on stop, which may be repeated', async () => {
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

  it('also ends registered processes, but not those unregistered again', async () => {
    const services = await startServices({})
    const [ended, spared] = [spawn('sleep', ['600']), spawn('sleep', ['600'])]
    cleanups.push(() => spared.kill('SIGKILL'))
    const exit = once(ended, 'exit')
    services.alsoEnd(ended.pid!)
    services.alsoEnd(spared.pid!)()
    await services.stop()
    expect([await exit, spared.exitCode, spared.signalCode]).toEqual([[null, 'SIGTERM'], null, null])
  })

  it('throws the error of a server, with its cause, and leaves nothing running', async () => {
    const failure = startServices({ redis: true, postgres: { scratchOn: 'postgres://user:secret@127.0.0.1:1/posts' } })
    const error = await failure.then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(error?.message).toBe("can't create a database on 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1")
    expect(error?.cause).toMatchObject({ message: 'connect ECONNREFUSED 127.0.0.1:1' })
  })
})
