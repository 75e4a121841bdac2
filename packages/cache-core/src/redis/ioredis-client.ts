import type { ClusterOptions, RedisOptions } from 'ioredis'
import { CacheError } from '../errors.ts'
import {
  type Arg,
  type ConnectionEnd,
  type MessageConnection,
  type RedisClient,
  SCAN_BATCH,
  type TrackingListener,
} from './redis-client.ts'
import { INVALIDATIONS, trackingOn } from './tracking-commands.ts'

/** The part of a `Redis` or `Cluster` of ioredis 5 or 6 that the store uses. */
export interface IoredisClient {
  readonly status: string
  readonly options: object
  getBuffer(key: string): Promise<Buffer | null>
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>
  set(key: string, value: Buffer, px: 'PX', ms: number): Promise<unknown>
  setBuffer(key: string, value: Buffer, px: 'PX', ms: number, nx: 'NX', get: 'GET'): Promise<Buffer | null>
  unlink(...keys: string[]): Promise<number>
  time(): Promise<readonly (string | number)[]>
  ping(): Promise<unknown>
  on(event: 'ready' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: string, listener: (error: unknown) => void): unknown
}

/** Missing in its types, or per node in a `Cluster`. `call` is not used, since auto-pipelining garbles it. */
interface Rest {
  evalshaBuffer(sha: string, ...args: Arg[]): Promise<unknown>
  evalBuffer(lua: string, ...args: Arg[]): Promise<unknown>
  select(database: number): Promise<unknown>
  wait(...args: number[]): Promise<number>
  /** Absent in ioredis 5. */
  waitaof?(...args: number[]): Promise<number[]>
  /** Absent before the first connection, and in a `Cluster`. */
  readonly stream?: { readonly bytesRead: number; destroy(): void }
}
interface Node {
  info(...sections: string[]): Promise<string>
  scanStream(options: { match: string; count: number }): AsyncIterable<string[]>
  duplicate(options: object): MessageRedis
}
interface MessageRedis extends MessageConnection {
  readonly status: string
  /** Absent until it connects. */
  readonly stream?: { unref(): void; destroy(): void }
  client(...args: (string | number)[]): Promise<unknown>
  connect(): Promise<void>
  disconnect(): void
  on(event: 'end' | 'error', listener: () => void): unknown
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'messageBuffer', listener: (channel: Buffer, names: readonly Buffer[] | null) => void): unknown
}

/**
 * Options that an ioredis client must be built with: `new Redis(url, redisOptions)`.
 * Commands fail immediately without a connection, and **no command is ever sent twice**: an invalidation sent again after a
 * reconnect could undo a newer one.
 *
 * @example
 * ```ts
 * import { redisOptions, redisStore } from 'cache-core/redis'
 * import { Redis } from 'ioredis'
 *
 * const store = redisStore({ client: new Redis('redis://127.0.0.1:6379', redisOptions), prefix: 'blog:' })
 * ```
 */
export const redisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  enableAutoPipelining: true,
  /** The store sends one MGET for many lookups. A pipeline would delay it until the previous pipeline is answered. */
  autoPipeliningIgnoredCommands: ['mget', 'evalsha'],
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 500),
} satisfies RedisOptions

/**
 * The same for `new Cluster(nodes, clusterOptions)`, which has different retry options.
 *
 * @example
 * ```ts
 * import { clusterOptions, redisStore } from 'cache-core/redis'
 * import { Cluster } from 'ioredis'
 *
 * const client = new Cluster([{ host: '127.0.0.1', port: 7000 }], clusterOptions)
 * const store = redisStore({ client, prefix: 'blog:' })
 * ```
 */
export const clusterOptions = {
  enableOfflineQueue: false,
  retryDelayOnFailover: 0,
  scaleReads: 'master',
  enableAutoPipelining: true,
  redisOptions: { connectTimeout: 1_000, maxRetriesPerRequest: 0 },
} satisfies ClusterOptions

/** A connection for messages ends instead of connecting again: what it missed is not sent again. */
const MESSAGES = {
  lazyConnect: true,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  reconnectOnError: null,
  autoResubscribe: false,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
} satisfies RedisOptions

/** With protocol 3, ioredis drops what the server tells of changed keys. */
const TRACKING = { ...MESSAGES, protocol: 2 }

const NO_MASTER = 'the Cluster is not connected'

export function isIoredis(given: object): given is IoredisClient {
  const client = given as Partial<IoredisClient & Rest>
  return (
    typeof client.status === 'string' &&
    typeof client.options === 'object' &&
    typeof client.getBuffer === 'function' &&
    typeof client.evalshaBuffer === 'function' &&
    typeof client.on === 'function'
  )
}

/** @throws CacheError `BAD_OPTION` for a client that sends commands twice, late, to a replica, or under other keys. */
export function ioredisClient(client: IoredisClient): RedisClient {
  checkOptions(client)
  const rest = client as unknown as Rest
  const database = isCluster(client) ? 0 : ((client.options as RedisOptions).db ?? 0)
  const masters = (): Node[] =>
    isCluster(client) ? (client.nodes('master') as unknown as Node[]) : [client as unknown as Node]
  return {
    get: (key) => client.getBuffer(key),
    mget: (keys) => client.mgetBuffer(keys as string[]),
    set: (key, value, ttlMs) => client.set(key, value, 'PX', ttlMs),
    setIfAbsent: (key, value, ttlMs) => client.setBuffer(key, value, 'PX', ttlMs, 'NX', 'GET'),
    unlink: (...keys) => client.unlink(...keys),
    time: () => client.time(),
    ping: () => client.ping(),
    evalsha: (sha, keys, args) => rest.evalshaBuffer(sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => rest.evalBuffer(lua, keys.length, ...keys, ...args),
    info: (...sections) => Promise.all(masters().map((master) => master.info(...sections))),
    async *scan(match) {
      for (const master of masters()) yield* master.scanStream({ match, count: SCAN_BATCH })
    },
    ...(!isCluster(client) && {
      async wait(command: 'WAIT' | 'WAITAOF', ...args: readonly number[]) {
        if (command === 'WAIT') return rest.wait(...args)
        if (rest.waitaof === undefined) throw new Error('this version of ioredis has no WAITAOF')
        return rest.waitaof(...args)
      },
    }),
    isReady: () => client.status === 'ready',
    isCluster: isCluster(client),
    database,
    select: () => rest.select(database),
    bytesRead: () => rest.stream?.bytesRead,
    renew() {
      // A `Cluster` has many, and no way to tell which of them is unusable.
      if (rest.stream === undefined || (client.status !== 'ready' && client.status !== 'connect')) return false
      rest.stream.destroy() // `disconnect` would wait 2 s for the other side to close it too
      return true
    },
    subscribe({ onReady, onClose, onError }) {
      client.on('ready', onReady)
      client.on('close', onClose)
      client.on('error', onError)
      return () => {
        client.off('ready', onReady)
        client.off('close', onClose)
        client.off('error', onError)
      }
    },
    isRefusal: (error) => error instanceof Error && error.name === 'ReplyError',
    async listen({ onMessage, ...end }) {
      // In a Cluster each node passes on the messages of all.
      const [node] = masters()
      if (node === undefined) throw new Error(NO_MASTER)
      const connection = node.duplicate(MESSAGES)
      connection.on('message', onMessage)
      await connected(connection, end)
      return {
        subscribe: (channel) => connection.subscribe(channel),
        ping: () => connection.ping(),
      }
    },
    async track(prefixes, listener) {
      const tracked = masters()
      if (tracked.length === 0) throw new Error(NO_MASTER)
      const connections = tracked.map((node) => node.duplicate(TRACKING))
      await Promise.all(connections.map((connection) => track(connection, prefixes, listener)))
      return {
        async ping() {
          await Promise.all(connections.map((connection) => connection.ping()))
          const now = masters()
          const isSame = now.length === tracked.length && now.every((node) => tracked.includes(node))
          if (!isSame) throw new Error('the masters of the Cluster have changed')
        },
      }
    },
  }
}

async function connected(connection: MessageRedis, { signal, onEnd }: ConnectionEnd): Promise<void> {
  connection.on('error', () => {}) // `end` follows
  connection.on('end', onEnd)
  signal.addEventListener('abort', () => close(connection))
  await connection.connect()
  connection.stream?.unref()
}

function close(connection: MessageRedis): void {
  if (connection.status === 'end') return
  connection.disconnect()
  connection.stream?.destroy() // otherwise it waits 2 s for the other side to close it too
}

async function track(
  connection: MessageRedis,
  prefixes: readonly string[],
  { onChanged, ...end }: TrackingListener,
): Promise<void> {
  // Not `message`, which joins the names with commas.
  connection.on('messageBuffer', (_channel, names) => onChanged(names?.map((name) => name.toString())))
  await connected(connection, end)
  await connection.client(...trackingOn((await connection.client('ID')) as number, prefixes))
  await connection.subscribe(INVALIDATIONS)
}

function isCluster(client: object): client is { nodes(role: 'master'): unknown[] } {
  return 'nodes' in client
}

function checkOptions(client: IoredisClient): void {
  const cluster = isCluster(client) ? (client.options as ClusterOptions) : undefined
  const options: RedisOptions = cluster ? (cluster.redisOptions ?? {}) : client.options
  const { maxRetriesPerRequest = 20, keyPrefix } = options
  const remedy = cluster
    ? 'build it with `new Cluster(nodes, clusterOptions)`'
    : 'build it with `new Redis(url, redisOptions)`'
  const refuse = (name: string, value: unknown, why: string): never => {
    throw new CacheError('BAD_OPTION', `the ioredis client's ${name} is ${JSON.stringify(value)}, ${why}; ${remedy}`)
  }
  if (maxRetriesPerRequest !== 0) {
    const why =
      maxRetriesPerRequest === null
        ? 'as job queues require, so it may send a command twice. Give the cache its own connection'
        : 'so it may send a command twice'
    refuse('maxRetriesPerRequest', maxRetriesPerRequest, why)
  }
  if (keyPrefix) refuse('keyPrefix', keyPrefix, 'which redisStore does not see: give redisStore the prefix instead')
  if (cluster === undefined) return
  const { retryDelayOnFailover = 100, scaleReads = 'master' } = cluster
  if (retryDelayOnFailover !== 0) refuse('retryDelayOnFailover', retryDelayOnFailover, 'so it may send a command twice')
  if (scaleReads !== 'master') refuse('scaleReads', scaleReads, 'so it may read from a replica that lags')
}
