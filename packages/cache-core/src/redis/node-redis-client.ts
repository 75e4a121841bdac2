import type { RedisClientOptions } from 'redis'
import { CacheError } from '../errors.ts'
import { type Arg, type ConnectionEnd, type RedisClient, SCAN_BATCH } from './redis-client.ts'
import { INVALIDATIONS, trackingOn } from './tracking-commands.ts'

/** The part of a client of node-redis 6 (`createClient`) that the store uses. */
export interface NodeRedisClient {
  readonly isReady: boolean
  readonly options: object
  sendCommand(args: readonly (string | Buffer)[], options?: object): Promise<unknown>
  withTypeMapping(mapping: object): unknown
  connect(): Promise<unknown>
  destroy(): void
  duplicate(options: object): unknown
  on(event: string | symbol, listener: (error: unknown) => void): unknown
  off(event: string | symbol, listener: (error: unknown) => void): unknown
}

/**
 * Options that a node-redis client must be built with: `createClient({ url, ...nodeRedisOptions })`. With your own `socket`:
 * `socket: { ...nodeRedisOptions.socket, host, port }`.
 * Commands fail immediately without a connection, and none is queued for the next one.
 *
 * @example
 * ```ts
 * import { nodeRedisOptions, redisStore } from 'cache-core/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://127.0.0.1:6379', ...nodeRedisOptions })
 * client.on('error', () => {}) // the store reports what fails
 * await client.connect()
 * const store = redisStore({ client, prefix: 'blog:' })
 * ```
 */
export const nodeRedisOptions = {
  disableOfflineQueue: true,
  /** Otherwise it would silently switch servers when a Redis announces maintenance. */
  maintNotifications: 'disabled' as const,
  /** A new object each time: node-redis writes the URL's host and port into it. */
  get socket() {
    return { connectTimeout: 1_000, reconnectStrategy: (attempt: number) => Math.min(50 * (attempt + 1), 500) }
  },
} satisfies RedisClientOptions

/** The protocol's type code of a string, `$`, as a key in node-redis's type mapping. */
const BLOB_STRING = 36

/**
 * Overrides the client's own `commandOptions`. No `timeout`: node-redis applies it only to unsent commands, and needs a timer for
 * each; the store has its own deadline for all commands.
 */
const TEXT = { typeMapping: {}, timeout: 0, asap: false, abortSignal: undefined, chainId: undefined }
const BYTES = { ...TEXT, typeMapping: { [BLOB_STRING]: Buffer } }

/** An error reply of the server begins with its code: `ERR …`, `NOSCRIPT …`, `OOM …`. */
const REPLY = /^[A-Z][A-Z0-9_]+(?: |$)/

export function isNodeRedis(given: object): given is NodeRedisClient {
  const client = given as Partial<NodeRedisClient>
  return (
    typeof client.isReady === 'boolean' &&
    typeof client.options === 'object' &&
    typeof client.sendCommand === 'function' &&
    typeof client.withTypeMapping === 'function' &&
    typeof client.on === 'function'
  )
}

/** @throws CacheError `BAD_OPTION` for a client that sends commands late, to a replica, to another server, or under other keys. */
export function nodeRedisClient(client: NodeRedisClient): RedisClient {
  checkOptions(client.options)
  const send = <T>(options: object, ...args: Arg[]): Promise<T> =>
    client.sendCommand(args.map(encoded), options) as Promise<T>
  const { database = 0 } = client.options as RedisClientOptions
  return {
    // `sendCommand` returns the reply's own promise; `client.get` adds three hops to it.
    get: (key) => client.sendCommand(['GET', key], BYTES) as Promise<Buffer | null>,
    mget: (keys) => client.sendCommand(['MGET', ...keys], BYTES) as Promise<(Buffer | null)[]>,
    set: (key, value, ttlMs) => send(TEXT, 'SET', key, value, 'PX', ttlMs),
    setIfAbsent: (key, value, ttlMs) => send(BYTES, 'SET', key, value, 'PX', ttlMs, 'NX', 'GET'),
    unlink: (...keys) => send(TEXT, 'UNLINK', ...keys),
    time: () => send(TEXT, 'TIME'),
    ping: () => send(TEXT, 'PING'),
    evalsha: (sha, keys, args) => send(BYTES, 'EVALSHA', sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => send(BYTES, 'EVAL', lua, keys.length, ...keys, ...args),
    info: async (...sections) => [await send(TEXT, 'INFO', ...sections)],
    async *scan(pattern) {
      let cursor = '0'
      do {
        const [next, keys] = await send<[string, string[]]>(TEXT, 'SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_BATCH)
        cursor = next
        yield keys
      } while (cursor !== '0')
    },
    wait: (command, ...args) => send(TEXT, command, ...args),
    isReady: () => client.isReady,
    isCluster: false,
    database,
    select: () => send(TEXT, 'SELECT', database),
    bytesRead: () => undefined, // its socket is private
    renew() {
      // If not ready, it is closed or already reconnecting: a second attempt would leak a connection.
      if (!client.isReady) return false
      client.destroy()
      client.connect().catch(() => {}) // failures are reported by its `error` event, and it retries
      return true
    },
    subscribe({ onReady, onClose, onError }) {
      anchor(client)
      const failed = (error: unknown) => {
        onError(error)
        // This runs before pending commands are rejected. `reconnecting` comes after that, and not for the last attempt.
        if (!client.isReady) onClose()
      }
      client.on('ready', onReady)
      client.on('error', failed)
      client.on('end', onClose)
      return () => {
        client.off('ready', onReady)
        client.off('error', failed)
        client.off('end', onClose)
      }
    },
    isRefusal: (error) => error instanceof Error && !('code' in error) && REPLY.test(error.message),
    async listen({ onMessage, ...listener }) {
      const connection = await connectAnother(client, {}, listener)
      return {
        subscribe: (channel) => connection.subscribe(channel, (message) => onMessage(channel, message as string)),
        ping: () => connection.ping(),
      }
    },
    async track(prefixes, { onChanged, ...listener }) {
      const connection = await connectAnother(client, { RESP: 2 }, listener)
      const id = (await connection.sendCommand(['CLIENT', 'ID'])) as number
      await connection.sendCommand(['CLIENT', ...trackingOn(id, prefixes)])
      await connection.subscribe(INVALIDATIONS, (names) => onChanged((names as readonly string[] | null) ?? undefined))
      return { ping: () => connection.ping() }
    },
  }
}

/** A connection that ends instead of connecting again: what it missed is not sent again. */
async function connectAnother(
  client: NodeRedisClient,
  options: { readonly RESP?: 2 },
  { signal, onEnd }: ConnectionEnd,
): Promise<MessageClient> {
  const { socket } = client.options as RedisClientOptions
  const own = { disableOfflineQueue: false, socket: { ...socket, reconnectStrategy: false } }
  const connection = client.duplicate({ ...own, ...options }) as MessageClient
  connection.on('error', () => {
    if (!connection.isReady) onEnd()
  })
  signal.addEventListener('abort', () => end(connection))
  // If it was ended before it was connected, it had no socket to close.
  connection.on('connect', () => {
    if (signal.aborted) connection.destroy()
  })
  connection.unref()
  await connection.connect()
  return connection
}

function end(connection: MessageClient): void {
  if (connection.isOpen) connection.destroy()
}

interface MessageClient extends Pick<NodeRedisClient, 'isReady' | 'connect' | 'destroy' | 'on' | 'sendCommand'> {
  readonly isOpen: boolean
  unref(): void
  /** The messages on the channel of changed keys are lists of names, or `null`. */
  subscribe(channel: string, listener: (message: string | readonly string[] | null) => void): Promise<unknown>
  ping(): Promise<unknown>
}

function encoded(arg: Arg): string | Buffer {
  return typeof arg === 'number' ? String(arg) : arg
}

const ANCHOR = Symbol('cache-core')
const anchored = new WeakSet<object>()

/**
 * Adds a listener for an event that never occurs. `createClient` returns an object whose prototype is the emitter. If its last
 * listener is removed through that object, later listeners are stored where the emitter does not look.
 */
function anchor(client: NodeRedisClient): void {
  if (anchored.has(client)) return
  anchored.add(client)
  client.on(ANCHOR, () => {})
}

function checkOptions(options: RedisClientOptions): void {
  const refuse = (name: string, value: unknown, why: string): never => {
    const remedy = 'build it with `createClient({ url, ...nodeRedisOptions })`'
    throw new CacheError('BAD_OPTION', `the node-redis client's ${name} is ${JSON.stringify(value)}, ${why}; ${remedy}`)
  }
  const { disableOfflineQueue = false, maintNotifications, keyPrefix, readonly } = options
  if (!disableOfflineQueue) {
    refuse('disableOfflineQueue', disableOfflineQueue, 'so it sends commands late, after a newer one')
  }
  if (maintNotifications !== 'disabled') {
    refuse('maintNotifications', maintNotifications, 'so it may silently switch to another server')
  }
  if (keyPrefix)
    refuse('keyPrefix', String(keyPrefix), 'which redisStore does not see: give redisStore the prefix instead')
  if (readonly) refuse('readonly', readonly, 'so it may read from a replica that lags')
}
