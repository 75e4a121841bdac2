import { beforeEach, expect, it } from 'vitest'
import { type FakeRuntime, fakeRuntime, settled } from '../testing/fake-runtime.ts'
import type { LeaseChannel } from './lease-channel.ts'
import { LeaseMessages } from './lease-messages.ts'
import type { MessageListener } from './redis-client.ts'
import { Refusals } from './refusals.ts'

/** A connection for messages, as a server and a network could treat it. */
class FakeConnection {
  readonly subscribed: string[] = []
  ping = () => Promise.resolve<unknown>('PONG')
  subscribe = (channel: string): Promise<unknown> => {
    this.subscribed.push(channel)
    return Promise.resolve()
  }
  readonly listener: MessageListener
  constructor(listener: MessageListener) {
    this.listener = listener
  }
  get isClosed() {
    return this.listener.signal.aborted
  }
}

let runtime: FakeRuntime
let said: string[]
let connections: FakeConnection[]
let connecting: (connection: FakeConnection) => Promise<FakeConnection>
let messages: LeaseMessages
let channel: LeaseChannel

beforeEach(() => {
  runtime = fakeRuntime()
  said = []
  connections = []
  connecting = async (connection) => connection
  const client = {
    isRefusal: (error: unknown) => String(error).includes('NOPERM'),
    listen(listener: MessageListener) {
      const connection = new FakeConnection(listener)
      connections.push(connection)
      return connecting(connection)
    },
  }
  messages = new LeaseMessages(client, runtime, new Refusals(runtime.now, (line) => said.push(line)))
  channel = messages.channel('blog:')!
})

/** A reader of `k` that waits from now on, for what follows the request that it sent at `position`. */
function waitSince(position: number | undefined) {
  const news = channel.newsSince(position, 'k')
  const reader = { news, isTold: false }
  news.listen(() => {
    reader.isTold = true
  })
  return reader
}

const wait = () => waitSince(channel.position)

async function subscribe(): Promise<FakeConnection> {
  wait()
  await settled()
  return connections.at(-1)!
}

it('subscribes when a reader first waits, over one connection for all prefixes', async () => {
  expect(channel.position).toBeUndefined()
  expect(connections).toHaveLength(0)
  await subscribe()
  messages
    .channel('shop:')!
    .newsSince(undefined, 'k')
    .listen(() => {})
  await settled()
  expect(connections.map(({ subscribed }) => subscribed)).toEqual([['blog:w:', 'shop:w:']])
  expect(messages.channel('blog:')).toBe(channel)
})

it('tells readers of the key, also if the message comes before the answer that another process holds the lease', async () => {
  const { listener } = await subscribe()
  const asked = channel.position
  const early = wait()
  listener.onMessage('blog:w:', 'other')
  listener.onMessage('shop:w:', 'k')
  expect(early.isTold).toBe(false)
  listener.onMessage('blog:w:', 'k')
  expect([early.isTold, waitSince(asked).isTold]).toEqual([true, true])
  expect(wait().isTold).toBe(false) // it asked after the lease had ended
})

it('expects no message for a request from before the subscription, which has left no mark', async () => {
  const asked = channel.position
  expect(waitSince(asked).news.isExpected).toBe(false)
  await settled()
  expect(waitSince(asked).news.isExpected).toBe(false)
  expect(wait().news.isExpected).toBe(true)
})

it('expects no message after one was missed, until one comes', async () => {
  const { listener } = await subscribe()
  wait().news.missed()
  await settled()
  expect(wait().news.isExpected).toBe(false)
  listener.onMessage('blog:w:', 'any')
  expect(wait().news.isExpected).toBe(true)
})

it('closes a silent connection once a message was missed, and opens another for the next reader that waits', async () => {
  const silent = await subscribe()
  silent.ping = () => new Promise(() => {})
  const reader = wait()
  reader.news.missed()
  await runtime.advance(250)
  expect([silent.isClosed, reader.isTold]).toEqual([true, true])
  const next = await subscribe()
  expect(next).not.toBe(silent)
  expect(next.subscribed).toEqual(['blog:w:'])
})

it('tells all readers to ask again when the connection ends', async () => {
  const { listener } = await subscribe()
  const reader = wait()
  listener.onEnd()
  expect([reader.isTold, reader.news.isExpected, channel.position]).toEqual([true, true, undefined])
  expect(wait().news.isExpected).toBe(false)
})

it('opens another connection after the client has reconnected, since that may lead to another server', async () => {
  const old = await subscribe()
  messages.renew()
  await settled()
  expect([old.isClosed, channel.position]).toEqual([true, undefined])
  expect((await subscribe()).isClosed).toBe(false)
})

it('tries to connect at most once a second', async () => {
  connecting = () => Promise.reject(new Error('ECONNREFUSED'))
  for (let i = 0; i < 5; i++) await subscribe()
  expect(connections).toHaveLength(1)
  await runtime.advance(1_000)
  await subscribe()
  expect([connections.length, said]).toEqual([2, []])
})

it('reports once that it may not subscribe, closes the connection, and tries again after a minute', async () => {
  let isAllowed = false
  connecting = async (connection) => {
    if (!isAllowed) connection.subscribe = () => Promise.reject(new Error('NOPERM no permissions'))
    return connection
  }
  for (let i = 0; i < 3; i++) await subscribe()
  expect(connections.map(({ isClosed }) => isClosed)).toEqual([true])
  expect(said).toEqual([expect.stringMatching(/^Redis refuses SUBSCRIBE: .*\+subscribe .*&PREFIX\*/)])
  isAllowed = true
  await runtime.advance(60_000)
  await subscribe()
  expect(channel.position).toBe(0)
})

it('reports once that its scripts may not publish', () => {
  for (let i = 0; i < 3; i++) messages.published("ERR The user executing the script can't run this command")
  messages.published('')
  expect(said).toEqual([expect.stringMatching(/^Redis refuses PUBLISH: .*\+publish/)])
})

it('closes a connection when it is given up before it is ready, and at the end', async () => {
  const ready = Promise.withResolvers<void>()
  connecting = (connection) => ready.promise.then(() => connection)
  await subscribe()
  await runtime.advance(2_000)
  expect(connections.map(({ isClosed }) => isClosed)).toEqual([true])
  await runtime.advance(1_000)
  await subscribe()
  messages.end()
  ready.resolve()
  await settled()
  expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true])
  await subscribe()
  expect(connections).toHaveLength(2)
})

it('remembers a limited number of messages', async () => {
  const { listener } = await subscribe()
  const asked = channel.position
  listener.onMessage('blog:w:', 'k')
  for (let i = 0; i < 1_000; i++) listener.onMessage('blog:w:', `${i}`)
  expect(waitSince(asked).isTold).toBe(false) // it asks again later
})
