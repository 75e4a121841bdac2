/** The clients that the Redis store must work with. */
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { createClient } from 'redis'
import { nodeRedisOptions, type RedisStoreClient, redisOptions } from '../src/redis/index.ts'

export interface ClientKind {
  readonly name: string
  connect(url: string): Promise<TestClient>
  /** A client that is not connected yet. */
  make(url: string): TestClient
}

export interface TestClient {
  /** The `client` option of `redisStore`. */
  readonly client: RedisStoreClient & { listenerCount(event: string): number }
  send(...args: string[]): Promise<unknown>
  isReady(): boolean
  /** Runs `action` each time the client is ready again, just before its other listeners. */
  beforeReady(action: () => void): void
  disconnect(): Promise<void>
  /** Connects, for the first time or after `disconnect`. */
  reconnect(): Promise<void>
}

function commandsOf(client: Redis): Record<string, (...args: string[]) => Promise<unknown>> {
  return client as never
}

function ioredis(name: string, Client: typeof Redis): ClientKind {
  return {
    name,
    async connect(url) {
      const made = this.make(url)
      await made.reconnect()
      return made
    },
    make(url) {
      const client = new Client(url, { ...redisOptions, lazyConnect: true })
      client.on('error', () => {}) // without a listener, ioredis prints errors
      return {
        client,
        // `call` is not used, since auto-pipelining garbles it.
        send: (command, ...args) => commandsOf(client)[command!.toLowerCase()]!(...args),
        isReady: () => client.status === 'ready',
        beforeReady(action) {
          // The client's status becomes `ready` one tick of the event loop before its `ready` event.
          const internals = client as unknown as { setStatus(status: string, arg?: unknown): void }
          const { setStatus } = internals
          internals.setStatus = (status, arg) => {
            if (status === 'ready') action()
            setStatus.call(client, status, arg)
          }
        },
        async disconnect() {
          if (client.status === 'end') return
          const ended = new Promise((resolve) => client.once('end', resolve)) // and not on `error`
          const hasConnection = client.status !== 'reconnecting'
          client.disconnect()
          if (hasConnection) await ended // otherwise there is no event
        },
        reconnect: () => client.connect(),
      }
    },
  }
}

export const nodeRedis: ClientKind = {
  name: 'node-redis',
  async connect(url) {
    const made = this.make(url)
    await made.reconnect()
    return made
  },
  make(url) {
    const client = createClient({ url, ...nodeRedisOptions })
    client.on('error', () => {})
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

/** The client of most suites. */
export const ioredis6 = ioredis('ioredis 6', Redis)
// The compiler sees ioredis 5 as another library with other types, but the parts used here are the same.
export const ioredis5 = ioredis('ioredis 5', Redis5 as unknown as typeof Redis)
export const clientKinds: readonly ClientKind[] = [ioredis6, ioredis5, nodeRedis]

/** Clients for suites that take seconds: one among the fast tests, the others among the slow ones. */
export const kindsByTurn = process.env.SLOW === '1' ? clientKinds.filter((kind) => kind !== ioredis6) : [ioredis6]
