import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ScriptedServer, scriptedServer, tinyPosts } from '../test/scripted-server.ts'
import { checkHistory } from './check-history.ts'
import { type RacePlan, raceClients } from './race-clients.ts'
import { stalenessOf } from './staleness.ts'

const servers: ScriptedServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Starts `processes` API processes that share one database and one cache. */
async function serve(processes: number, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  for (let started = 0; started < processes; started++) servers.push(await scriptedServer(answer))
  return servers.map(({ url }) => url)
}

/** Cached posts without a guard: after an entry is dropped, a load is kept even if a write came during it. */
function unguardedPosts(): (request: IncomingMessage, response: ServerResponse) => void {
  const versions = new Map<number, number>()
  const cached = new Map<number, number>()
  return (request, response) => {
    if (request.url!.startsWith('/api/cache/invalidate')) {
      cached.clear()
      return response.end('{}')
    }
    const id = Number(/posts\/(\d+)/.exec(request.url!)?.[1])
    const version = versions.get(id) ?? 1
    const send = (version: number, cache: string) => {
      response.setHeader('X-Cache', cache)
      response.end(JSON.stringify({ id, version }))
    }
    if (request.method === 'PATCH') {
      versions.set(id, version + 1)
      cached.delete(id)
      return send(version + 1, 'MISS')
    }
    const hit = cached.get(id)
    if (hit !== undefined) return send(hit, 'HIT')
    setTimeout(() => {
      cached.set(id, version)
      send(version, 'MISS')
    }, 25)
  }
}

const plan: Omit<RacePlan, 'urls'> = {
  strategy: 'any',
  racedIds: [1, 2],
  quietIds: [3],
  readersPerPost: 2,
  durationMs: 2_500,
  seed: 1,
}
const never = new AbortController().signal

describe('raceClients', () => {
  it('finds stale reads of a cache that keeps values loaded before a write', async () => {
    const urls = await serve(2, unguardedPosts())
    const { counts } = checkHistory(await raceClients({ ...plan, urls }, never), { readAfterWrite: true })
    expect(counts['read-after-write']).toBeGreaterThan(0)
  })

  it('finds none without a cache, and makes two clients write concurrently through both processes', async () => {
    const urls = await serve(2, tinyPosts())
    const operations = await raceClients({ ...plan, urls }, never)
    expect(checkHistory(operations, { readAfterWrite: true }).violations).toEqual([])
    const writes = operations.filter(({ op }) => op === 'write')
    for (const key of ['post:1', 'post:2', 'post:3']) {
      const [first, second] = [0, 1].map((writer) =>
        writes.filter((write) => write.key === key && write.client.endsWith(`.${writer}`)),
      )
      expect(first!.length).toBeGreaterThanOrEqual(2)
      expect(second).toHaveLength(first!.length)
      first!.forEach((write, at) => {
        expect(write.start).toBeLessThan(second![at]!.end)
        expect(second![at]!.start).toBeLessThan(write.end)
        expect(write.server).not.toBe(second![at]!.server)
      })
    }
  })

  it('has writers that read what they wrote, through the other process', async () => {
    const current = tinyPosts()
    const urls = await serve(2, current)
    const operations = await raceClients({ ...plan, urls, durationMs: 700 }, never)
    const own = operations.filter(({ client, op }) => client.startsWith('writer') && op === 'read')
    expect(own).toHaveLength(operations.filter(({ op }) => op === 'write').length)
    const writes = new Map(operations.filter(({ op }) => op === 'write').map((write) => [write.client, write.server]))
    for (const { client, server } of own) expect(server).not.toBe(writes.get(client))
    expect(stalenessOf(operations).readYourWritesViolations).toBe(0)
  })

  it('finds writers that do not see their writes', async () => {
    const posts = tinyPosts()
    const urls = await serve(2, (request, response) => {
      if (request.method !== 'GET') return posts(request, response)
      const id = Number(/posts\/(\d+)/.exec(request.url!)?.[1])
      response.end(JSON.stringify({ id, version: 1 }))
    })
    const operations = await raceClients({ ...plan, urls, durationMs: 700 }, never)
    expect(stalenessOf(operations).readYourWritesViolations).toBeGreaterThan(0)
  })

  it('drops only the entries of raced posts', async () => {
    const dropped: string[] = []
    const posts = tinyPosts()
    const urls = await serve(1, (request, response) => {
      if (!request.url!.startsWith('/api/cache/invalidate')) return posts(request, response)
      dropped.push(request.url!)
      response.end('{}')
    })
    const operations = await raceClients({ ...plan, urls, racedIds: [], durationMs: 700 }, never)
    expect(operations.length).toBeGreaterThan(10)
    expect(dropped).toEqual([])
    await raceClients({ ...plan, urls, quietIds: [], durationMs: 700 }, never)
    expect(dropped.length).toBeGreaterThan(0)
  })

  it('rejects with the reason when stopped', async () => {
    const urls = await serve(1, tinyPosts())
    const stop = new AbortController()
    const racing = raceClients({ ...plan, urls }, stop.signal)
    stop.abort(new Error('stopped by hand'))
    await expect(racing).rejects.toThrow('stopped by hand')
  })
})
