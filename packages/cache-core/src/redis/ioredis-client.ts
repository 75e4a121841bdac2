import type { ClusterOptions, RedisOptions } from 'ioredis'
import { CacheError } from '../errors.ts'
import { type Arg, DEADLINE_MS, type RedisClient, SCAN_BATCH } from './redis-client.ts'

/** A `Redis` or `Cluster` of ioredis 5 or 6, as far as the store uses it. */
export interface IoredisClient {
  readonly status: string
  readonly options: object
  getBuffer(key: string): Promise<Buffer | null>
  set(key: string, value: Buffer, px: 'PX', ms: number): Promise<unknown>
  setBuffer(key: string, value: Buffer, px: 'PX', ms: number, nx: 'NX', get: 'GET'): Promise<Buffer | null>
  unlink(...keys: string[]): Promise<number>
  time(): Promise<readonly (string | number)[]>
  ping(): Promise<unknown>
  on(event: 'ready' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: string, listener: (error: unknown) => void): unknown
}

/** What its types leave out, or a `Cluster` has for each of its nodes. Not `call`, which auto-pipelining garbles. */
interface Rest {
  evalshaBuffer(sha: string, ...args: Arg[]): Promise<unknown>
  evalBuffer(lua: string, ...args: Arg[]): Promise<unknown>
}
interface Node {
  info(...sections: string[]): Promise<string>
  scanStream(options: { match: string; count: number }): AsyncIterable<string[]>
}

/**
 * What an ioredis client must be built with: `new Redis(url, redisOptions)`.
 * Commands fail at once where there is no connection, and **no command is ever sent twice**: an invalidation sent again
 * after a reconnect could undo a newer one.
 */
export const redisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  commandTimeout: DEADLINE_MS,
  enableAutoPipelining: true,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 500),
} satisfies RedisOptions

/** The same for `new Cluster(nodes, clusterOptions)`, which has a way of its own to send a command again. */
export const clusterOptions = {
  enableOfflineQueue: false,
  retryDelayOnFailover: 0,
  scaleReads: 'master',
  enableAutoPipelining: true,
  redisOptions: { connectTimeout: 1_000, commandTimeout: DEADLINE_MS, maxRetriesPerRequest: 0 },
} satisfies ClusterOptions

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
  const scripting = client as unknown as Rest
  const masters = (): Node[] =>
    isCluster(client) ? (client.nodes('master') as unknown as Node[]) : [client as unknown as Node]
  return {
    get: (key) => client.getBuffer(key),
    set: (key, value, ttlMs) => client.set(key, value, 'PX', ttlMs),
    setIfAbsent: (key, value, ttlMs) => client.setBuffer(key, value, 'PX', ttlMs, 'NX', 'GET'),
    unlink: (...keys) => client.unlink(...keys),
    time: () => client.time(),
    ping: () => client.ping(),
    evalsha: (sha, keys, args) => scripting.evalshaBuffer(sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => scripting.evalBuffer(lua, keys.length, ...keys, ...args),
    info: (...sections) => masters().map((master) => master.info(...sections)),
    async *scan(match) {
      for (const master of masters()) yield* master.scanStream({ match, count: SCAN_BATCH })
    },
    isReady: () => client.status === 'ready',
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
  }
}

function isCluster(client: object): client is { nodes(role: 'master'): unknown[] } {
  return 'nodes' in client
}

function checkOptions(client: IoredisClient): void {
  const cluster = isCluster(client) ? (client.options as ClusterOptions) : undefined
  const options: RedisOptions = cluster ? (cluster.redisOptions ?? {}) : client.options
  const { maxRetriesPerRequest = 20, keyPrefix } = options
  const remedy = cluster
    ? 'build it by `new Cluster(nodes, clusterOptions)`'
    : 'build it by `new Redis(url, redisOptions)`'
  const refuse = (name: string, value: unknown, why: string): never => {
    throw new CacheError('BAD_OPTION', `the ioredis client's ${name} is ${JSON.stringify(value)}, ${why}; ${remedy}`)
  }
  if (maxRetriesPerRequest !== 0) {
    const why =
      maxRetriesPerRequest === null
        ? 'as a job queue wants it, so it may send a command twice. The cache needs a connection of its own'
        : 'so it may send a command twice'
    refuse('maxRetriesPerRequest', maxRetriesPerRequest, why)
  }
  if (keyPrefix) refuse('keyPrefix', keyPrefix, 'which redisStore knows nothing of: give it the prefix instead')
  if (cluster === undefined) return
  const { retryDelayOnFailover = 100, scaleReads = 'master' } = cluster
  if (retryDelayOnFailover !== 0) refuse('retryDelayOnFailover', retryDelayOnFailover, 'so it may send a command twice')
  if (scaleReads !== 'master') refuse('scaleReads', scaleReads, 'so it may read from a replica that lags')
}
