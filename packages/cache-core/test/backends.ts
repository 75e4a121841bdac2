/** The backends every suite runs on: memory, Redis by each client, and memcached. */
import { Redis } from 'ioredis'
import { type PrivateMemcached, startMemcached } from 'local-servers'
import { Memcache } from 'memcache'
import { afterAll } from 'vitest'
import { encodeEntry } from '../src/entry.ts'
import { memoryStore, type Store, systemRuntime } from '../src/index.ts'
import { memcachedOptions, memcachedStore } from '../src/memcached/index.ts'
import { type RedisStoreOptions, redisOptions, redisStore, tieredStore } from '../src/redis/index.ts'
import { type ClientKind, clientKinds, ioredis6, kindsByTurn, type TestClient } from './clients.ts'

export interface Backend {
  readonly name: string
  /** A store that no other test uses. */
  makeStore(): Promise<Room>
}

export interface Room {
  /** Opens the store as another process. */
  open(): Store
  evict(key: string): Promise<void>
  /** Resolves once all its processes know of all changes so far. Absent: they know immediately. */
  told?(): Promise<void>
}

const url = process.env.TEST_REDIS_URL
if (url === undefined) throw new Error('TEST_REDIS_URL is not set; run the tests with `pnpm test`')

const stores: Required<Store>[] = []
const clients: TestClient[] = []
const admins: Redis[] = []
let rooms = 0

/** Another client, as in another process. */
export async function connectBy(kind: ClientKind): Promise<TestClient> {
  const client = await kind.connect(url!)
  clients.push(client)
  return client
}

/** For direct access to the server, without a store. */
export async function connect(): Promise<Redis> {
  const admin = new Redis(url!, { ...redisOptions, lazyConnect: true })
  admins.push(admin)
  await admin.connect()
  return admin
}

afterAll(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
  for (const admin of admins.splice(0)) admin.disconnect()
  await Promise.all(clients.splice(0).map((client) => client.disconnect()))
})

function redisBackend(kind: ClientKind): Backend {
  return overRedis(kind, kind === ioredis6 ? 'redis' : `redis by ${kind.name}`, redisStore)
}

function tieredBackend(kind: ClientKind): Backend {
  return overRedis(kind, kind === ioredis6 ? 'two tiers' : `two tiers by ${kind.name}`, tieredStore)
}

function overRedis(
  kind: ClientKind,
  name: string,
  openStore: (options: RedisStoreOptions) => Required<Store>,
): Backend {
  return {
    name,
    async makeStore() {
      const prefix = `room-${process.pid}-${rooms++}:`
      const mine = [await connectBy(kind), await connectBy(kind), await connectBy(kind)]
      const opened = mine.map(({ client }) => openStore({ client, prefix }))
      stores.push(...opened)
      if (openStore === tieredStore) await untilTold(opened)
      let next = 0
      return {
        open: () => opened[next++ % opened.length]!,
        async evict(key) {
          await mine[0]!.send('UNLINK', `${prefix}e:{${key}}`)
        },
        ...(openStore === tieredStore && { told: () => untilTold(opened) }),
      }
    },
  }
}

/** Waits until these stores of two tiers have been told of all changes so far: the last one is told last. */
export async function untilTold(stores: readonly Required<Store>[]): Promise<void> {
  const key = 'told'
  const [{ acquire, fill, invalidate, clock }] = stores as [Required<Store>]
  await acquire(key, { token: key, leaseMs: 1_000, seen: undefined, tags: [] })
  const times = { loadedAt: clock.earliest(), freshUntil: clock.latest() + 60_000, loadMs: 1 }
  await fill(key, {
    token: key,
    entry: encodeEntry({ key, payload: key, epochs: [], ...times }),
    expiresAt: times.freshUntil,
  })
  for (const store of stores) while (!isNear(store, key)) await store.get(key, [])
  await invalidate([key], [])
  while (stores.some((store) => isNear(store, key))) await new Promise((resolve) => setImmediate(resolve))
}

/** Whether a store of two tiers has copies of these. */
export function isNear(store: Required<Store>, key: string, tags: readonly string[] = []): boolean {
  return store.peek(key, tags) !== undefined
}

let memcached: Promise<PrivateMemcached> | undefined
const memcachedClients: Memcache[] = []

/** Another client, as in another process, of one memcached for all tests of a file. */
export async function connectMemcached(): Promise<Memcache> {
  // Larger items than the default, for the contract's payload of 4 MB.
  memcached ??= startMemcached({ args: ['--max-item-size', '8m'] })
  const { port } = await memcached
  const client = new Memcache({ nodes: [`127.0.0.1:${port}`], ...memcachedOptions })
  memcachedClients.push(client)
  return client
}

afterAll(async () => {
  await Promise.all(memcachedClients.splice(0).map((client) => client.disconnect()))
  await (await memcached)?.stop()
})

/** Waits until the store is connected and checked, and knows the server's time. Before that it is bypassed. */
export async function untilUsable(store: Required<Store>): Promise<void> {
  while (!store.health().isUsable) await new Promise((resolve) => setImmediate(resolve))
}

/** Three clients, each kept connected by a store that stays open: connecting takes as long as a test. */
let threeOfMemcached: Promise<Memcache[]> | undefined
async function connectThree(): Promise<Memcache[]> {
  return Promise.all(
    [0, 1, 2].map(async () => {
      const client = await connectMemcached()
      await untilUsable(memcachedStore({ client, prefix: 'unused:' }))
      return client
    }),
  )
}

const memcachedBackend: Backend = {
  name: 'memcached',
  async makeStore() {
    const prefix = `room-${process.pid}-${rooms++}:`
    threeOfMemcached ??= connectThree()
    const mine = await threeOfMemcached
    let opened = 0
    return {
      open: () => memcachedStore({ client: mine[opened++ % mine.length]!, prefix }),
      async evict(key) {
        await mine[0]!.nodes[0]!.command(`md ${prefix}e:${key}`)
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

export const backends = [memoryBackend, ...clientKinds.map(redisBackend), tieredBackend(ioredis6), memcachedBackend]

/** Two tiers by the other clients, for the contract only. */
export const otherTieredBackends = clientKinds.filter((kind) => kind !== ioredis6).map(tieredBackend)

/** Backends for suites that take seconds: two among the fast tests, the others among the slow ones. */
export const backendsByTurn =
  process.env.SLOW === '1'
    ? [...kindsByTurn.map(redisBackend), ...kindsByTurn.map(tieredBackend), memcachedBackend]
    : [memoryBackend, ...kindsByTurn.map(redisBackend), ...kindsByTurn.map(tieredBackend)]

/** The runtime of a process that never renews its leases. */
export const pausedRuntime = { ...systemRuntime, every: () => () => {} }
