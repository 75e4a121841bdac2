/** memcached servers that hang, die or come back. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CacheWarning, cacheAside, createCache, invalidate, stampedeLock } from '../src/index.ts'
import { watchMemcached } from '../src/memcached/index.ts'
import { untilUsable } from './backends.ts'
import { aside, ends, open, serve } from './own-memcached.ts'
import { TcpProxy } from './tcp-proxy.ts'

const DEADLINE_MS = 250

/** Resolves once every thread has stopped: one that has not may still answer. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const tasks = `/proc/${pid}/task`
  const isStopped = (task: string) => /\) T /.test(readFileSync(`${tasks}/${task}/stat`, 'utf8'))
  while (existsSync(tasks) && !readdirSync(tasks).every(isStopped))
    await new Promise((resolve) => setImmediate(resolve))
}

describe('several servers', () => {
  it('share the keys, and invalidateAll applies to all of them', async () => {
    const servers = [await serve(), await serve(), await serve()]
    const { store } = await open(servers)
    const cache = createCache<number>({ store, read: stampedeLock({ ttlMs: 60_000 }), write: invalidate() })
    const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`)
    const outcomes = async () =>
      (await Promise.all(keys.map((key) => cache.read(key, async () => 1, { tags: ['a', 'b'] })))).map((r) => r.outcome)
    await outcomes()
    expect(new Set(await outcomes())).toEqual(new Set(['hit']))
    for (const { port } of servers) expect(await aside(port, 'stats')).not.toContain('STAT curr_items 0')
    await cache.invalidate({ tags: ['b'] })
    expect(new Set(await outcomes())).toEqual(new Set(['miss']))
    await cache.invalidateAll()
    expect(new Set(await outcomes())).toEqual(new Set(['miss']))
  })

  it('are bypassed while one is unavailable, and none serves an entry invalidated meanwhile', async () => {
    const servers = [await serve(), await serve()]
    const { store } = await open(servers)
    const cache = createCache<number>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    const keys = Array.from({ length: 20 }, (_, i) => `key ${i}`)
    const values = async (n: number) =>
      new Set((await Promise.all(keys.map((key) => cache.read(key, async () => n)))).map(({ value }) => value))
    await values(1)
    await stop(servers[1]!.pid)
    const { isConfirmed } = await cache.write({ keys }, async () => {})
    expect(isConfirmed).toBe(false)
    expect(await values(2)).toEqual(new Set([2]))
    process.kill(servers[1]!.pid, 'SIGCONT')
    await untilUsable(store)
    expect(await values(3)).toEqual(new Set([3]))
  })
})

describe('a server that is unavailable', () => {
  // A pause of the machine may fail one run; a fault fails every run.
  it('costs reads one deadline, is reported once, and is used again when it is back', { retry: 2 }, async () => {
    const server = await serve()
    const { store, client } = await open([server])
    const said: string[] = []
    ends.push(watchMemcached(client, { onAway: () => said.push('unavailable'), onBack: () => said.push('back') }))
    const cache = createCache<number>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    await cache.read('k', async () => 1)
    await stop(server.pid)
    const start = performance.now()
    expect(await cache.read('k', async () => 2)).toMatchObject({ value: 2, outcome: 'bypass' })
    expect(performance.now() - start).toBeLessThan(2 * DEADLINE_MS)
    const second = performance.now()
    expect(await cache.read('k', async () => 3)).toMatchObject({ value: 3, outcome: 'bypass' })
    expect(performance.now() - second).toBeLessThan(DEADLINE_MS)
    expect(store.health()).toMatchObject({ isUsable: false, reason: expect.stringContaining('no answer') })
    process.kill(server.pid, 'SIGCONT')
    await untilUsable(store)
    expect((await cache.read('k', async () => 4)).value).toBe(1)
    expect(said).toEqual(['unavailable', 'back'])
  })

  it('is empty after a restart, and is reconnected automatically', async () => {
    const first = await serve()
    const { store } = await open([first])
    const cache = createCache<number>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    await cache.read('k', async () => 1)
    await first.stop()
    expect((await cache.read('k', async () => 2)).value).toBe(2)
    await serve({ port: first.port })
    await untilUsable(store)
    expect(await cache.read('k', async () => 3)).toMatchObject({ value: 3, outcome: 'miss' })
    expect(await cache.read('k', async () => 4)).toMatchObject({ value: 3, outcome: 'hit' })
  })

  it('whose connection ends in the middle of an answer leaves no partial reply to be misread', async () => {
    const { store, client } = await open([await serve()])
    const cache = createCache<string>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    const large = 'x'.repeat(900_000)
    await cache.read('large', async () => large)
    await cache.read('small', async () => 'small')
    const { socket } = client.nodes[0]!
    const reading = cache.read('large', async () => 'loaded')
    await new Promise((resolve) => socket!.once('data', resolve))
    socket!.destroy()
    expect((await reading).value).toBe('loaded')
    await untilUsable(store)
    expect(await cache.read('small', async () => 'wrong')).toMatchObject({ value: 'small', outcome: 'hit' })
    expect(await cache.read('large', async () => 'wrong')).toMatchObject({ value: large, outcome: 'hit' })
  })

  it('that falls silent in the middle of an answer is used again, over another connection', async () => {
    // Behind a proxy its log does not show this process's ports.
    const { port } = await serve({ args: ['--disable-watch'] })
    const proxy = await TcpProxy.open(`memcached://127.0.0.1:${port}`)
    ends.push(() => proxy.close())
    const warnings: CacheWarning[] = []
    const { store } = await open([proxy], (warning) => warnings.push(warning))
    const cache = createCache<string>({ store, read: cacheAside({ ttlMs: 60_000 }), write: invalidate() })
    const large = 'x'.repeat(900_000)
    await cache.read('large', async () => large)
    proxy.swallowAnswers(300_000)
    expect(await cache.read('large', async () => 'loaded')).toMatchObject({ value: 'loaded', outcome: 'bypass' })
    await untilUsable(store)
    expect(await cache.read('large', async () => 'wrong')).toMatchObject({ value: large, outcome: 'hit' })
    expect(warnings).toEqual([{ code: 'CONNECTION_RENEWED', message: expect.stringContaining('it does not answer') }])
  })
})
