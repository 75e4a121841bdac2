import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { type PrivateRedis, type RedisOptions, startRedis } from './start-redis.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options?: RedisOptions): Promise<{ server: PrivateRedis; client: Redis }> {
  const server = await startRedis(options)
  cleanups.push(server.kill)
  const client = new Redis(server.url, { retryStrategy: () => null })
  client.on('error', () => {})
  cleanups.push(() => client.disconnect())
  return { server, client }
}

/** `CONFIG GET` answers with a list or a map, depending on the protocol. */
async function setting(client: Redis, name: string): Promise<unknown> {
  const answer = (await client.call('CONFIG', 'GET', name)) as unknown
  return Array.isArray(answer) ? answer[1] : (answer as Record<string, unknown>)[name]
}

describe('startRedis', () => {
  it('answers as soon as it resolves', async () => {
    const { client } = await start()
    expect(await client.ping()).toBe('PONG')
  })

  it('keeps the data of two servers separate', async () => {
    const [one, other] = await Promise.all([start(), start()])
    await one.client.set('key', 'one')
    expect(await other.client.get('key')).toBeNull()
  })

  it('stores nothing on disk, and evicts beyond 256 MB', async () => {
    const { client } = await start()
    expect(await setting(client, 'save')).toBe('')
    expect(await setting(client, 'appendonly')).toBe('no')
    expect(await setting(client, 'maxmemory')).toBe(String(256 * 1024 * 1024))
    expect(await setting(client, 'maxmemory-policy')).toBe('volatile-lru')
  })

  it("lets the caller's arguments override the defaults", async () => {
    const { client } = await start({ args: ['--maxmemory-policy', 'noeviction'] })
    expect(await setting(client, 'maxmemory-policy')).toBe('noeviction')
  })

  it('is gone with its temporary folder after stop', async () => {
    const { server, client } = await start()
    const dir = String(await setting(client, 'dir'))
    expect(existsSync(dir)).toBe(true)
    await server.stop()
    expect(await refuses(server.url)).toBe(true)
    expect(existsSync(dir)).toBe(false)
  })

  it('stops a server that is itself stopped (SIGSTOP)', async () => {
    const { server } = await start()
    server.process.kill('SIGSTOP')
    await server.stop()
    expect(await refuses(server.url)).toBe(true)
  })

  it('starts again, empty, on the port of a killed server', async () => {
    const { server, client } = await start()
    await client.set('key', 'value')
    await server.kill()
    const again = await start({ port: server.port })
    expect(again.server.url).toBe(server.url)
    expect(await again.client.get('key')).toBeNull()
  })

  it('keeps a given folder, so that a restart finds its data', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'start-redis-'))
    cleanups.push(() => rmSync(dir, { recursive: true }))
    const options = { dir, args: ['--appendonly', 'yes', '--appendfsync', 'always'] }
    const { server, client } = await start(options)
    await client.set('key', 'value')
    await server.kill()
    const again = await start(options)
    expect(await again.client.get('key')).toBe('value')
  })

  it('rejects with the reason if the server does not start', async () => {
    await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow(
      /exited before it was ready: .*no-such-option/,
    )
  })

  it('rejects if the given port is taken', async () => {
    const { server } = await start()
    await expect(startRedis({ port: server.port })).rejects.toThrow(/address already in use/i)
  })

  it('says that none is on PATH, and how to install one', async () => {
    const searchPath = process.env.PATH
    process.env.PATH = ''
    cleanups.push(() => {
      process.env.PATH = searchPath
    })
    await expect(startRedis()).rejects.toThrow(/no redis-server .* on PATH; install one: apt-get install redis-server/)
  })
})
