import type { RedisClientOptions } from 'redis'
import { CacheError } from '../errors.ts'
import { systemRuntime, within } from '../ports/runtime.ts'
import { type Arg, DEADLINE_MS, type RedisClient, SCAN_BATCH } from './redis-client.ts'

/** What `createClient` of node-redis 6 makes, as far as the store uses it. */
export interface NodeRedisClient {
  readonly isReady: boolean
  readonly options: object
  sendCommand(args: readonly (string | Buffer)[], options?: object): Promise<unknown>
  withTypeMapping(mapping: object): unknown
  on(event: string | symbol, listener: (error: unknown) => void): unknown
  off(event: string | symbol, listener: (error: unknown) => void): unknown
}

/**
 * What a node-redis client must be built with: `createClient({ url, ...nodeRedisOptions })`. With a `socket` of your own:
 * `socket: { ...nodeRedisOptions.socket, host, port }`.
 * Commands fail at once where there is no connection, and none is kept for the next one.
 */
export const nodeRedisOptions = {
  disableOfflineQueue: true,
  /** It would change servers without a word, on a Redis that announces its maintenance. */
  maintNotifications: 'disabled' as const,
  /** A new object each time: node-redis writes the URL's host and port into it. */
  get socket() {
    return { connectTimeout: 1_000, reconnectStrategy: (attempt: number) => Math.min(50 * (attempt + 1), 500) }
  },
} satisfies RedisClientOptions

/** The mark of a string in the protocol, `$`, by which node-redis is told what to make of one. */
const BLOB_STRING = 36

/**
 * Whatever the client's own `commandOptions` say. No `timeout`: node-redis drops by it what it has not written yet, at the
 * price of a timer for each command; the store has a deadline of its own.
 */
const TEXT = { typeMapping: {}, timeout: 0, asap: false, abortSignal: undefined, chainId: undefined }
const BYTES = { ...TEXT, typeMapping: { [BLOB_STRING]: Buffer } }

/** An answer of the server's begins with its code: `ERR …`, `NOSCRIPT …`, `OOM …`. */
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
  /** For what is sent in numbers without the circuit's deadline: node-redis has none for a command that it has written. */
  const soon = <T>(answer: Promise<T>): Promise<T> => within(answer, DEADLINE_MS, systemRuntime)
  return {
    // By `sendCommand`, whose promise is the reply's own; `client.get` adds three hops to it.
    get: (key) => client.sendCommand(['GET', key], BYTES) as Promise<Buffer | null>,
    set: (key, value, ttlMs) => soon(send(TEXT, 'SET', key, value, 'PX', ttlMs)),
    setIfAbsent: (key, value, ttlMs) => send(BYTES, 'SET', key, value, 'PX', ttlMs, 'NX', 'GET'),
    unlink: (...keys) => soon(send(TEXT, 'UNLINK', ...keys)),
    time: () => send(TEXT, 'TIME'),
    ping: () => send(TEXT, 'PING'),
    evalsha: (sha, keys, args) => send(BYTES, 'EVALSHA', sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => send(BYTES, 'EVAL', lua, keys.length, ...keys, ...args),
    info: (...sections) => [send(TEXT, 'INFO', ...sections)],
    async *scan(pattern) {
      let cursor = '0'
      do {
        const step = send<[string, string[]]>(TEXT, 'SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_BATCH)
        const [next, keys] = await soon(step)
        cursor = next
        yield keys
      } while (cursor !== '0')
    },
    isReady: () => client.isReady,
    subscribe({ onReady, onClose, onError }) {
      anchor(client)
      const failed = (error: unknown) => {
        onError(error)
        // Before the commands under way are rejected. `reconnecting` would come after, and not for the last time.
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
  }
}

function encoded(arg: Arg): string | Buffer {
  return typeof arg === 'number' ? String(arg) : arg
}

const ANCHOR = Symbol('cache-core')
const anchored = new WeakSet<object>()

/**
 * Leaves a listener on an event that never comes. `createClient` hands out an object whose prototype is the emitter; when
 * the last listener is taken off through it, later ones are put where the emitter does not look.
 */
function anchor(client: NodeRedisClient): void {
  if (anchored.has(client)) return
  anchored.add(client)
  client.on(ANCHOR, () => {})
}

function checkOptions(options: RedisClientOptions): void {
  const refuse = (name: string, value: unknown, why: string): never => {
    const remedy = 'build it by `createClient({ url, ...nodeRedisOptions })`'
    throw new CacheError('BAD_OPTION', `the node-redis client's ${name} is ${JSON.stringify(value)}, ${why}; ${remedy}`)
  }
  const { disableOfflineQueue = false, maintNotifications, keyPrefix, readonly } = options
  if (!disableOfflineQueue) {
    refuse('disableOfflineQueue', disableOfflineQueue, 'so it sends commands late, after a newer one')
  }
  if (maintNotifications !== 'disabled') {
    refuse('maintNotifications', maintNotifications, 'so it may go on with another server without a word')
  }
  if (keyPrefix) refuse('keyPrefix', String(keyPrefix), 'which redisStore knows nothing of: give it the prefix instead')
  if (readonly) refuse('readonly', readonly, 'so it may read from a replica that lags')
}
