import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withTuning } from './with-tuning.ts'

/** The tuning of a fake API. */
let tuning: Record<string, number>
let seen: { readonly authorization: string | undefined; readonly body: unknown }[]
let server: Server
let url: string

beforeEach(async () => {
  tuning = { ttlMs: 60_000, originDelayMs: 0 }
  seen = []
  server = createServer(async (request, response) => {
    if (request.method !== 'PATCH') return response.end(JSON.stringify([{ name: 'cache-aside', tuning }]))
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    seen.push({ authorization: request.headers.authorization, body })
    if (body.ttlMs > 100_000) return response.writeHead(400).end('too long')
    Object.assign(tuning, body)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => server.close())

const retuned = (change: Record<string, number>) => ({
  urls: [url],
  adminToken: 'secret',
  strategy: 'cache-aside',
  tuning: change,
})

describe('withTuning', () => {
  it("changes the strategy's settings as an admin, and restores them", async () => {
    const during = await withTuning(retuned({ originDelayMs: 25, beta: 2 }), async () => ({ ...tuning }))
    expect(during).toEqual({ ttlMs: 60_000, originDelayMs: 25 })
    expect(tuning).toEqual({ ttlMs: 60_000, originDelayMs: 0 })
    expect(seen).toEqual([
      { authorization: 'Bearer secret', body: { originDelayMs: 25 } },
      { authorization: 'Bearer secret', body: { originDelayMs: 0 } },
    ])
  })

  it('restores the settings if the action fails', async () => {
    const failing = withTuning(retuned({ originDelayMs: 25 }), async () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(tuning.originDelayMs).toBe(0)
  })

  it('names the rejected call', async () => {
    await expect(withTuning(retuned({ ttlMs: 200_000 }), async () => {})).rejects.toThrow(
      /^PATCH http.*\/api\/strategies\/cache-aside answered 400: too long$/,
    )
  })
})
