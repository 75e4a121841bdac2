/** The clients that the Redis store must be right with. */
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { createClient } from 'redis'
import { nodeRedisOptions, type RedisStoreClient, redisOptions } from '../src/redis/index.ts'

export interface ClientKind {
  readonly name: string
  /** @param retryMs how long it waits before it connects again. Default as `redisOptions` has it. */
  connect(url: string, options?: { readonly retryMs?: number }): Promise<TestClient>
}

export interface TestClient {
  /** What a user would give to `redisStore`. */
  readonly client: RedisStoreClient & { listenerCount(event: string): number }
  send(...args: string[]): Promise<unknown>
  isReady(): boolean
  /** Has `action` run each time it is ready again, just before its other listeners hear of it. */
  beforeReady(action: () => void): void
  disconnect(): Promise<void>
  /** After `disconnect`. */
  reconnect(): Promise<void>
}

function commandsOf(client: Redis): Record<string, (...args: string[]) => Promise<unknown>> {
  return client as never
}

function ioredis(name: string, Client: typeof Redis): ClientKind {
  return {
    name,
    async connect(url, { retryMs } = {}) {
      const retry = retryMs === undefined ? {} : { retryStrategy: () => retryMs }
      const client = new Client(url, { ...redisOptions, ...retry, lazyConnect: true })
      client.on('error', () => {}) // without a store there is no listener, and it prints them
      await client.connect()
      return {
        client,
        // Not by `call`, which auto-pipelining garbles.
        send: (command, ...args) => commandsOf(client)[command!.toLowerCase()]!(...args),
        isReady: () => client.status === 'ready',
        beforeReady(action) {
          // Its status is `ready` a turn of the event loop before it says so.
          const internals = client as unknown as { setStatus(status: string, arg?: unknown): void }
          const { setStatus } = internals
          internals.setStatus = (status, arg) => {
            if (status === 'ready') action()
            setStatus.call(client, status, arg)
          }
        },
        async disconnect() {
          if (client.status === 'end') return
          const ended = once(client, 'end')
          client.disconnect()
          await ended
        },
        reconnect: () => client.connect(),
      }
    },
  }
}

const nodeRedis: ClientKind = {
  name: 'node-redis',
  async connect(url, { retryMs } = {}) {
    const { socket } = nodeRedisOptions
    const client = createClient({
      url,
      ...nodeRedisOptions,
      socket: retryMs === undefined ? socket : { ...socket, reconnectStrategy: retryMs },
    })
    client.on('error', () => {})
    await client.connect()
    return {
      client,
      send: (...args) => client.sendCommand(args),
      isReady: () => client.isReady,
      beforeReady: (action) => void client.prependListener('ready', action),
      async disconnect() {
        if (client.isOpen) client.destroy()
      },
      reconnect: async () => void (await client.connect()),
    }
  },
}

/** The one that most suites run on. */
export const ioredis6 = ioredis('ioredis 6', Redis)
export const clientKinds: readonly ClientKind[] = [
  ioredis6,
  // Its types are those of another library to the compiler; what is used of them here is the same.
  ioredis('ioredis 5', Redis5 as unknown as typeof Redis),
  nodeRedis,
]

/** Which clients suites run on that take their seconds: one among the fast tests, the others among the slow ones. */
export const kindsByTurn = process.env.SLOW === '1' ? clientKinds.filter((kind) => kind !== ioredis6) : [ioredis6]
