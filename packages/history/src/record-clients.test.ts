import { afterEach, expect, it } from 'vitest'
import { type ScriptedServer, scriptedServer, tinyPosts } from '../test/scripted-server.ts'
import { checkHistory } from './check-history.ts'
import { FINAL_CLIENT, type Operation } from './operation.ts'
import { type RecordOptions, recordClients } from './record-clients.ts'

let server: ScriptedServer
afterEach(() => server.close())

const clients = { strategy: 'no-cache', ids: [1, 2, 3], processes: 2, clientsPerProcess: 3, writeRatio: 0.3, seed: 5 }

async function record(options: Partial<RecordOptions>): Promise<Operation[]> {
  return recordClients({ urls: [server.url], ...clients, ...options }).done
}

/** The operations of each client in order, without times. */
function doings(operations: readonly Operation[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (const { client, op, key } of operations.toSorted((a, b) => a.start - b.start)) {
    lists[client] ??= []
    lists[client].push(`${op} ${key}`)
  }
  return lists
}

it('spreads the operations evenly, then reads every post at the end', async () => {
  server = await scriptedServer(tinyPosts())
  const operations = await record({ operations: 100 })
  const counts = Object.entries(doings(operations)).map(([client, done]) => [client, done.length])
  expect(Object.fromEntries(counts)).toEqual({
    '0-0': 17,
    '0-1': 17,
    '0-2': 17,
    '1-0': 17,
    '1-1': 16,
    '1-2': 16,
    [FINAL_CLIENT]: 3,
  })
  const verdict = checkHistory(operations, { readAfterWrite: true })
  expect(verdict).toMatchObject({ violations: [], withoutFinalRead: [], keys: 3 })
  expect(verdict.writes.ok).toBeGreaterThan(10)
})

it('repeats the operations of a seed, and differs with another seed', async () => {
  server = await scriptedServer(tinyPosts())
  const [first, again, other] = [
    doings(await record({ operations: 60 })),
    doings(await record({ operations: 60 })),
    doings(await record({ operations: 60, seed: 6 })),
  ]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

it('runs until stopped, and reports its progress', async () => {
  server = await scriptedServer(tinyPosts())
  const recording = recordClients({ urls: [server.url], ...clients })
  await expect.poll(() => recording.progress(), { timeout: 10_000 }).toBeGreaterThan(0)
  const operations = await recording.stop()
  expect(operations).toEqual(await recording.done)
  expect(checkHistory(operations, { readAfterWrite: true }).holds).toBe(true)
})

it('loses operations, not the history, when one API process is gone', async () => {
  const gone = await scriptedServer(tinyPosts())
  await gone.close()
  server = await scriptedServer(tinyPosts())
  const operations = await record({ urls: [gone.url, server.url], operations: 60, readFinal: async () => 99 })
  const { failedReads, writes, reads } = checkHistory(operations, { readAfterWrite: true })
  expect(failedReads.get(0)).toBeGreaterThan(0)
  expect(writes.unknown).toBeGreaterThan(0)
  expect(reads.ok).toBeGreaterThan(0)
})

it('lists posts that can’t be read at the end', async () => {
  server = await scriptedServer((request, response) => {
    if (request.method === 'POST') response.writeHead(503).end()
    else tiny(request, response)
  })
  const tiny = tinyPosts()
  const operations = await record({ operations: 60 })
  expect(checkHistory(operations, { readAfterWrite: true }).withoutFinalRead).toEqual(['post:1', 'post:2', 'post:3'])
})

it('rejects when a client process dies', async () => {
  server = await scriptedServer(tinyPosts())
  const recording = recordClients({ urls: [server.url], ...clients })
  process.kill(recording.pids[0]!, 'SIGKILL')
  await expect(recording.done).rejects.toThrow('a client process ended with SIGKILL')
})

it.each<[Partial<RecordOptions>, string]>([
  [{ urls: [] }, 'urls is empty'],
  [{ urls: ['localhost'] }, 'urls has "localhost"; give addresses like'],
  [{ ids: [] }, 'ids is empty'],
  [{ processes: 0 }, 'processes is 0'],
  [{ writeRatio: 2 }, 'writeRatio is 2'],
])('refuses %j', async (options, message) => {
  server = await scriptedServer(tinyPosts())
  await expect(record(options)).rejects.toThrow(message)
})
