/** Clients that disconnect or send invalid bytes in the middle of a body. */
import { connect } from 'node:net'
import { type ApiProcess, createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { startApi } from './support/start-api.ts'

let scratch: ScratchDatabase
let api: ApiProcess
beforeAll(async () => {
  scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
  api = await startApi({ DATABASE_URL: scratch.url })
})
afterAll(async () => {
  await api.kill()
  await scratch.drop()
})

const head = 'POST /api/posts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'

it('logs no error', async () => {
  const { hostname, port } = new URL(api.url)
  for (const bytes of [
    `${head}Content-Length: 500\r\n\r\n{"title":`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"tit\r\nnot a length\r\n`,
  ]) {
    const socket = connect(Number(port), hostname)
    await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
    // A second connection: when it is answered, the API has begun to read the first.
    await fetch(`${api.url}/healthz`)
    socket.destroy()
  }
  expect((await fetch(`${api.url}/api/posts/1`)).status).toBe(404)
  await expect.poll(() => api.output()).toContain('"msg":"read"')
  expect(api.output()).not.toContain('"level":50')
})
