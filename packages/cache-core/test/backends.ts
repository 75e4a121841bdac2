/** The backends every suite runs on: memory, and Redis by each client. */
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { memoryStore, type Store, systemRuntime } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'
import { type ClientKind, clientKinds, ioredis6, type TestClient } from './clients.ts'

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

const clients: TestClient[] = []
const admins: Redis[] = []
let rooms = 0

/** A client of its own, as another process would have. */
export async function connectBy(kind: ClientKind): Promise<TestClient> {
  const client = await kind.connect(url!)
  clients.push(client)
  return client
}

/** To look at the server, and to change it behind the stores' backs. */
export async function connect(): Promise<Redis> {
  const admin = new Redis(url!, { ...redisOptions, lazyConnect: true })
  admins.push(admin)
  await admin.connect()
  return admin
}

afterAll(async () => {
  for (const admin of admins.splice(0)) admin.disconnect()
  await Promise.all(clients.splice(0).map((client) => client.disconnect()))
})

function redisBackend(kind: ClientKind): Backend {
  return {
    name: kind === ioredis6 ? 'redis' : `redis by ${kind.name}`,
    async makeStore() {
      const prefix = `room-${process.pid}-${rooms++}:`
      const mine = [await connectBy(kind), await connectBy(kind), await connectBy(kind)]
      let opened = 0
      return {
        open: () => redisStore({ client: mine[opened++ % mine.length]!.client, prefix }),
        async evict(key) {
          await mine[0]!.send('UNLINK', `${prefix}e:{${key}}`)
        },
      }
    },
  }
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

export const backends = [memoryBackend, ...clientKinds.map(redisBackend)]

/** The runtime of a process that gets no time to renew its leases. */
export const pausedRuntime = { ...systemRuntime, every: () => () => {} }
