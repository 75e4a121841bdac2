/** Connections for messages whose server accepts them and never answers: each is closed when it is given up. */
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { ClientTracking } from '../src/redis/client-tracking.ts'
import { LeaseMessages } from '../src/redis/lease-messages.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { Refusals } from '../src/redis/refusals.ts'
import { type FakeRuntime, fakeRuntime } from '../src/testing/index.ts'
import { kindsByTurn } from './clients.ts'
import { connect, ends, proxy } from './own-redis.ts'

interface SilentServer {
  /** Connections so far. */
  readonly accepted: number
  /** Connections that have sent something, so far. */
  readonly asked: number
  /** Connections that the client has not closed. */
  readonly open: number
}

/** New connections through the proxy lead to it; existing ones still lead to Redis. */
async function leadToSilence(): Promise<SilentServer> {
  const sockets = new Set<Socket>()
  const open = new Set<Socket>()
  let asked = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    open.add(socket)
    socket.once('data', () => asked++)
    socket.on('data', () => {})
    socket.on('error', () => {})
    for (const event of ['end', 'close']) socket.on(event, () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.unshift(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  proxy.leadTo((server.address() as AddressInfo).port)
  return {
    get accepted() {
      return sockets.size
    },
    get asked() {
      return asked
    },
    get open() {
      return open.size
    },
  }
}

let runtime: FakeRuntime
beforeEach(() => {
  runtime = fakeRuntime()
})

interface Opened {
  /** Lets exactly the pause after so many failed attempts pass, and has it opened again. */
  readonly again: (failed: number) => Promise<void>
  readonly end: () => void
}

const openers: readonly (readonly [name: string, open: (client: RedisClient) => Opened])[] = [
  [
    'changed keys',
    (client) => {
      const listener = { onChanged() {}, onUnknown() {} }
      const refusals = new Refusals(runtime.now, () => {})
      const tracking = new ClientTracking(['c:'], listener, { client, runtime, refusals, warn() {} })
      return { again: (failed) => runtime.advance(50 * 2 ** (failed - 1)), end: () => tracking.end() }
    },
  ],
  [
    'the ends of leases',
    (client) => {
      const messages = new LeaseMessages(client, runtime, new Refusals(runtime.now, () => {}))
      const wait = () =>
        void messages
          .channel('c:')!
          .newsSince(undefined, 'k')
          .listen(() => {})
      wait()
      return { again: () => runtime.advance(1_000).then(wait), end: () => messages.end() }
    },
  ],
]

describe.each(kindsByTurn)('by $name', (kind) => {
  describe.each(openers)('a connection for %s', (_, open) => {
    it('is closed before the next is opened', async () => {
      const { client } = await connect(kind)
      const silent = await leadToSilence()
      const { again, end } = open(adaptClient(client))
      for (let attempt = 1; attempt <= 3; attempt++) {
        await expect.poll(() => silent.asked, { interval: 1 }).toBe(attempt)
        expect(silent.open).toBe(1)
        await runtime.advance(2_000)
        await expect.poll(() => silent.open, { interval: 1 }).toBe(0)
        await again(attempt)
      }
      await expect.poll(() => silent.open, { interval: 1 }).toBe(1)
      end()
      await expect.poll(() => silent.open, { interval: 1 }).toBe(0)
    })

    it('is closed if it is given up before it is connected', async () => {
      const { client } = await connect(kind)
      const silent = await leadToSilence()
      open(adaptClient(client)).end()
      // Accepted after any earlier one.
      const [host, port] = proxy.address.split(':') as [string, string]
      const last = dial(Number(port), host, () => last.write('last'))
      ends.unshift(() => last.destroy())
      await expect.poll(() => silent.asked, { interval: 1 }).toBeGreaterThan(0)
      await expect.poll(() => silent.open, { interval: 1 }).toBe(1)
    })
  })
})
