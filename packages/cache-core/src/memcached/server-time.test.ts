import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { ServerClock } from '../resilience/server-clock.ts'
import { fakeRuntime } from '../testing/fake-runtime.ts'
import type { MemcachedServer } from './memcached-server.ts'
import { compareClocks, connectedAt } from './server-time.ts'

const line = (time: string, port: number) =>
  `ts=${time} gid=3 type=conn_new rip=127.0.0.1 rport=${port} transport=tcp cfd=29\n`

it.each([
  ['1795671342.379146', 1_795_671_342_379.146],
  ['1795671307.9925', 1_795_671_307_009.925],
  ['1795671307.5', 1_795_671_307_000.005],
])('reads the time %s, whose microseconds have no leading zeros', (told, ms) => {
  const log = `OK\r\n${line('1795671300.1', 50_388)}${line(told, 5_038)}`
  expect(connectedAt(log, 5_038)).toBe(ms)
})

it('finds no time before the line about its connection is complete', () => {
  expect(connectedAt(`OK\r\n${line('1795671342.379146', 50_388)}`, 5_038)).toBeUndefined()
  expect(connectedAt('ts=1795671342.379146 gid=3 type=conn_new rip=127.0.0.1 rport=5038', 5_038)).toBeUndefined()
})

it('fails in time if the server ends the connection that it should log', async () => {
  let ended: Promise<unknown> | undefined
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (ended === undefined) {
      socket.once('data', () => socket.write('OK\r\n'))
      ended = once(server, 'connection').then(([other]) => once((other as Socket).end().resume(), 'close'))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const node = { host: '127.0.0.1', port, uri: `memcache://127.0.0.1:${port}` }
  const runtime = fakeRuntime()
  const comparing = compareClocks({ node } as MemcachedServer, new ServerClock(runtime.now), runtime)
  const outcome = comparing.then(
    () => 'compared',
    () => 'failed',
  )
  await expect.poll(() => ended).toBeDefined()
  await ended
  await runtime.advance(2_500)
  expect(await outcome).toBe('failed')
  server.close()
})
