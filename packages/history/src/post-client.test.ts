/** The outcome for each kind of answer: a write that may have happened must be `unknown`. */
import type { ServerResponse } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { type ScriptedServer, scriptedServer } from '../test/scripted-server.ts'
import { httpClient } from './http-client.ts'
import { readPost, writePost } from './post-client.ts'

const http = httpClient({ timeoutMs: 200 })
let server: ScriptedServer
afterEach(() => server.close())

async function readAndWrite(answer: (response: ServerResponse) => void) {
  server = await scriptedServer((_, response) => answer(response))
  const target = { url: server.url, strategy: 'no-cache', id: 7 }
  return [await readPost(http, 'a', target), await writePost(http, 'a', target, 'title')] as const
}

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { 'X-Cache': 'HIT' }).end(JSON.stringify(body))

it('the post: ok, with its version, the cache and the process that answered', async () => {
  const [read, write] = await readAndWrite(json(200, { id: 7, version: 3 }))
  const both = { client: 'a', key: 'post:7', version: 3, outcome: 'ok', status: 200, server: new URL(server.url).host }
  expect(read).toMatchObject({ ...both, op: 'read', cache: 'HIT' })
  expect(write).toMatchObject({ ...both, op: 'write' })
  expect(read.start).toBeLessThan(read.end)
  expect(read.end).toBeLessThanOrEqual(write.start)
})

it.each<[string, (response: ServerResponse) => void, number, 'failed' | 'unknown']>([
  ['4xx: the write was refused', json(422, {}), 422, 'failed'],
  ['5xx: it may have happened', json(500, {}), 500, 'unknown'],
  ['another post', json(200, { id: 8, version: 3 }), 200, 'unknown'],
  ['a body that is not a post', (response) => void response.end('<html>'), 200, 'unknown'],
  [
    'a connection closed during the answer',
    (response) => void response.writeHead(200, { 'Content-Length': 99 }).write('{', () => response.destroy()),
    0,
    'unknown',
  ],
  ['a connection closed before the answer', (response) => void response.destroy(), 0, 'unknown'],
  ['no answer in time', () => {}, 0, 'unknown'],
])('%s', async (_, answer, status, outcome) => {
  const [read, write] = await readAndWrite(answer)
  expect(read).toMatchObject({ outcome: 'failed', status, version: null })
  expect(write).toMatchObject({ outcome, status, version: null })
})

it('never retries', async () => {
  let requests = 0
  server = await scriptedServer((_, response) => {
    requests++
    if (requests === 1) response.end(JSON.stringify({ id: 7, version: 1 }))
    else response.destroy() // on the kept-alive connection, where some clients would retry
  })
  const target = { url: server.url, strategy: 'no-cache', id: 7 }
  await readPost(http, 'a', target)
  expect(await writePost(http, 'a', target, 'title')).toMatchObject({ outcome: 'unknown', status: 0 })
  expect(requests).toBe(2)
})
