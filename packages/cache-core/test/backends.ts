/** The two backends every suite runs on. */
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { memoryStore, type Store, systemRuntime } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'

export interface Backend {
  readonly name: string
  /** A store nobody else uses. */
  makeStore(): Promise<Room>
}

export interface Room {
  /** The store as one more process sees it. */
  open(): Store
  evict(key: string): Promise<void>
}

const url = process.env.TEST_REDIS_URL
if (url === undefined) throw new Error('TEST_REDIS_URL is not set; run the tests by `pnpm test`')

const clients: Redis[] = []
let rooms = 0

/** A client of its own, as another process would have. */
export async function connect(): Promise<Redis> {
  const client = new Redis(url!, { ...redisOptions, lazyConnect: true })
  clients.push(client)
  await client.connect()
  return client
}

afterAll(() => {
  for (const client of clients.splice(0)) client.disconnect()
})

const redisBackend: Backend = {
  name: 'redis',
  async makeStore() {
    const prefix = `room-${process.pid}-${rooms++}:`
    const mine = [await connect(), await connect(), await connect()]
    let opened = 0
    return {
      open: () => redisStore({ client: mine[opened++ % mine.length]!, prefix }),
      async evict(key) {
        await mine[0]!.unlink(`${prefix}e:{${key}}`)
      },
    }
  },
}

const memoryBackend: Backend = {
  name: 'memory',
  async makeStore() {
    const evicted = new Set<string>()
    const store = memoryStore({ maxBytes: 8_000_000, onEvict: (key) => evicted.add(key) })
    return {
      open: () => store,
      async evict(key) {
        evicted.clear()
        for (let i = 0; !evicted.has(key) && i < 10; i++) {
          await store.claim(`filler ${i}`, { token: 'filler', leaseMs: 1_000, tags: [] })
          await store.fill(`filler ${i}`, {
            token: 'filler',
            entry: Buffer.alloc(3_000_000),
            expiresAt: store.clock.latest() + 60_000,
          })
        }
      },
    }
  },
}

export const backends = [memoryBackend, redisBackend]

/** The runtime of a process that gets no time to renew its leases. */
export const pausedRuntime = { ...systemRuntime, every: () => () => {} }
