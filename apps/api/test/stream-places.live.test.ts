/** The places of `GET /api/stats/stream`: a client that has left, or no longer reads, keeps none. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createProblemServer } from '../src/http/protocol-errors.ts'
import { accessLog } from '../src/telemetry/access-log.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const MAX_RECEIVERS = 50

let api: TestApi
let server: ReturnType<typeof createProblemServer>
beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 0 })
  const logger = pino({ level: 'silent' })
  server = createProblemServer(api.fetch, logger, accessLog(logger)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await api.close()
})

const open = new Set<Socket>()
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const socket of open) socket.destroy()
  open.clear()
  await expect.poll(() => api.events.receivers).toBe(0)
})

/** A connection that asks for the stream so many times without waiting for an answer, and reads what comes. */
async function pipelined(times: number): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  open.add(socket.resume().on('error', () => {}))
  await once(socket, 'connect')
  socket.write('GET /api/stats/stream HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(times))
  return socket
}

it('are limited, also for requests that come at the same time', async () => {
  await pipelined(MAX_RECEIVERS + 2)
  const other = await pipelined(1)
  expect(String(await once(other, 'data'))).toMatch(/^HTTP.1.1 503 /)
  expect(api.events.receivers).toBe(MAX_RECEIVERS)
})

it('are free again when a client leaves, also those of its requests whose answers had not begun', async () => {
  const warned = vi.spyOn(process, 'emitWarning')
  const socket = await pipelined(MAX_RECEIVERS)
  await expect.poll(() => api.events.receivers).toBe(MAX_RECEIVERS)
  socket.destroy()
  await expect.poll(() => api.events.receivers).toBe(0)
  expect(warned).not.toHaveBeenCalled()
})

it('are free again, and the connection is closed, 30 s after a client stopped reading', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const [reading, stalled] = [await pipelined(1), await pipelined(2)]
  await vi.waitUntil(() => api.events.receivers === 3)
  let seconds = 0
  // The second of two answers on one connection can't be sent while the first goes on.
  for (; !stalled.closed && seconds < 60; seconds++) {
    await vi.advanceTimersByTimeAsync(1_000)
    for (let turns = 0; turns < 20; turns++) await setImmediate()
  }
  // The first events are buffered.
  expect(seconds).toBeGreaterThan(30)
  expect(seconds).toBeLessThan(45)
  expect([api.events.receivers, reading.closed]).toEqual([1, false])
})
