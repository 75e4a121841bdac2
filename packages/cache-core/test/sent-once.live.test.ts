/**
 * No command is ever sent twice or late. The server counts each command in its own key; the connection dies while commands are
 * unanswered, unwritten, or not yet sent.
 */
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adaptClient } from '../src/redis/adapt-client.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { connect } from './backends.ts'
import { clientKinds, type TestClient } from './clients.ts'
import { TcpProxy } from './tcp-proxy.ts'

const INCR = "return redis.call('INCR', KEYS[1])"
const COMMANDS = 50

let admin: Redis
let proxy: TcpProxy
let rooms = 0
beforeAll(async () => {
  admin = await connect()
})
beforeEach(async () => {
  proxy = await TcpProxy.open(process.env.TEST_REDIS_URL!)
})
afterEach(() => proxy.close())

/** Unique keys. */
function keysOf(what: string): string[] {
  const room = `${what}-${process.pid}-${rooms++}`
  return Array.from({ length: COMMANDS }, (_, i) => `${room}:${i}`)
}

/** The number of runs of each command. */
async function runs(keys: readonly string[]): Promise<number[]> {
  return (await admin.mget(...keys)).map(Number)
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
const allOnce = Array(COMMANDS).fill(1)
const none = Array(COMMANDS).fill(0)

function settled(answers: readonly Promise<unknown>[]): Promise<string[]> {
  return Promise.all(
    answers.map((answer) =>
      answer.then(
        () => 'answered',
        () => 'rejected',
      ),
    ),
  )
}

/** Resolves once the clients have written their commands, which they do at the end of a tick of the event loop. */
async function written(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(clientKinds)('by $name', (kind) => {
  let user: TestClient
  let client: RedisClient
  let id: string
  beforeEach(async () => {
    user = await kind.connect(proxy.url)
    id = String(await user.send('CLIENT', 'ID'))
    client = adaptClient(user.client)
    await client.ping()
  })
  afterEach(() => user.disconnect())

  const send = (keys: readonly string[], ...args: Buffer[]) => keys.map((key) => client.eval(INCR, [key], args))

  /** Resolves once the client has a new connection, and all commands that it still had to send were answered. */
  async function isBack(): Promise<void> {
    await expect.poll(() => user.isReady(), { interval: 5, timeout: 5_000 }).toBe(true)
    for (let i = 0; i < 3; i++) await client.ping()
  }

  it.each(['the connection is cut', 'the server ends the connection'])(
    'commands that ran without an answer are rejected when %s',
    async (how) => {
      const [early, late] = [keysOf('unanswered'), keysOf('behind')]
      proxy.swallowAnswers()
      const answers = settled(send(early))
      await expect.poll(async () => total(await runs(early)), { interval: 5, timeout: 5_000 }).toBe(COMMANDS)
      // These commands are written immediately, or delayed by auto-pipelining until the earlier ones are answered.
      const behind = settled(send(late))
      await written()
      if (how === 'the server ends the connection') await admin.client('KILL', 'ID', id)
      else proxy.cut()
      expect(new Set([...(await answers), ...(await behind)])).toEqual(new Set(['rejected']))
      // What reached the server before the cut may run until it has dropped the connection.
      await expect.poll(async () => admin.client('LIST', 'ID', id), { interval: 5, timeout: 5_000 }).toBe('')
      const before = await runs(late)
      await isBack()
      expect(await runs(early)).toEqual(allOnce)
      expect(await runs(late)).toEqual(before)
      expect(Math.max(...before)).toBeLessThanOrEqual(1)
    },
  )

  it('commands waiting to be written are rejected, and never written', async () => {
    const keys = keysOf('unwritten')
    proxy.stopReading()
    // 50 MB: more than all buffers on the way can hold.
    const answers = settled(send(keys, Buffer.alloc(1_000_000)))
    await written()
    proxy.cut()
    expect(new Set(await answers)).toEqual(new Set(['rejected']))
    await isBack()
    expect(await runs(keys)).toEqual(none)
  })

  it('commands issued without a connection are rejected immediately, and never sent', async () => {
    const keys = keysOf('offline')
    proxy.isClosed = true
    proxy.cut()
    await expect.poll(() => user.isReady(), { interval: 1, timeout: 5_000 }).toBe(false)
    const answers = settled(send(keys))
    const first = await Promise.race([answers, written()])
    expect(new Set(first ?? ['still pending'])).toEqual(new Set(['rejected']))
    proxy.isClosed = false
    await isBack()
    expect(await runs(keys)).toEqual(none)
  })
})

describe('without the options that redisStore requires', () => {
  const clients: { destroy(): void }[] = []
  afterAll(() => {
    for (const client of clients.splice(0)) client.destroy()
  })

  it('ioredis runs unanswered commands twice', async () => {
    const keys = keysOf('careless')
    const client = new Redis(proxy.url)
    clients.push({ destroy: () => client.disconnect() })
    await client.ping()
    proxy.swallowAnswers()
    const answers = settled(keys.map((key) => client.eval(INCR, 1, key)))
    await expect.poll(async () => total(await runs(keys)), { interval: 5, timeout: 5_000 }).toBe(COMMANDS)
    proxy.cut()
    expect(new Set(await answers)).toEqual(new Set(['answered']))
    expect(await runs(keys)).toEqual(Array(COMMANDS).fill(2))
  })

  it('node-redis runs commands issued without a connection late, on another connection', async () => {
    const keys = keysOf('careless')
    const client = createClient({ url: proxy.url })
    client.on('error', () => {})
    clients.push(client)
    await client.connect()
    proxy.isClosed = true
    proxy.cut()
    await expect.poll(() => client.isReady, { interval: 1, timeout: 5_000 }).toBe(false)
    const answers = settled(keys.map((key) => client.eval(INCR, { keys: [key], arguments: [] })))
    proxy.isClosed = false
    expect(new Set(await answers)).toEqual(new Set(['answered']))
    expect(await runs(keys)).toEqual(allOnce)
  })
})
