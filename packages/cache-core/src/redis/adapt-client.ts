import { CacheError } from '../errors.ts'
import { type IoredisClient, ioredisClient, isIoredis } from './ioredis-client.ts'
import { isNodeRedis, type NodeRedisClient, nodeRedisClient } from './node-redis-client.ts'
import type { RedisClient } from './redis-client.ts'

/** A client that the Redis store can use: the caller's own, which it neither connects nor disconnects. */
export type RedisStoreClient = IoredisClient | NodeRedisClient

const adapted = new WeakMap<object, RedisClient>()

/**
 * The client as the store asks it; always the same for the same client.
 *
 * @throws CacheError `BAD_OPTION` for what is no such client, or one with options under which the store's promises fail.
 */
export function adaptClient(given: RedisStoreClient): RedisClient {
  // Told apart by what they can do: to ask by `instanceof` would load both libraries.
  if (typeof given !== 'object' || given === null) throw unsupported(given)
  const known = adapted.get(itself(given))
  if (known !== undefined) return known
  const client = adapt(given)
  adapted.set(itself(given), client)
  return client
}

function adapt(given: object): RedisClient {
  if (unsupportedNodeRedis(given) !== undefined) throw unsupported(given)
  if (isIoredis(given)) return ioredisClient(given)
  if (isNodeRedis(given)) return nodeRedisClient(given)
  throw unsupported(given)
}

/** `withTypeMapping` and its like make another object for the same connection. */
function itself(given: object): object {
  return (given as { _self?: object })._self ?? given
}

const SUPPORTED =
  'redisStore takes a client of ioredis 5 or 6, `new Redis(url, redisOptions)` or `new Cluster(nodes, clusterOptions)`, ' +
  'or of node-redis 6, `createClient({ url, ...nodeRedisOptions })`'

function unsupported(given: unknown): CacheError {
  return new CacheError('BAD_OPTION', `client is ${whatIs(given)}; ${SUPPORTED}`)
}

function whatIs(given: unknown): string {
  if (given === null || given === undefined) return String(given)
  // Never the text itself: it may hold a password.
  if (typeof given === 'string') return /^\w+:\/\//.test(given) ? 'a connection string' : 'a string'
  if (typeof given === 'function') return `the function or class ${given.name || 'without a name'}`
  if (typeof given !== 'object') return `a ${typeof given}`
  if (typeof (given as { then?: unknown }).then === 'function') return 'a Promise; await it first'
  const nodeRedis = unsupportedNodeRedis(given)
  if (nodeRedis !== undefined) return nodeRedis
  if (has(given, 'createScript') && !has(given, 'on')) return 'a client of @upstash/redis, which speaks HTTP'
  const { name } = given.constructor ?? {}
  return name === undefined || name === 'Object' ? 'a plain object' : `an instance of ${name}`
}

/** What else node-redis makes, which looks much the same. */
function unsupportedNodeRedis(given: object): string | undefined {
  if (has(given, 'getSentinelNode')) return 'a createSentinel of node-redis, which may send a command twice'
  if (has(given, 'nodeClient'))
    return 'a createCluster of node-redis, which may send commands late, by another connection'
  if ('totalClients' in given) return 'a createClientPool of node-redis, whose connections come and go unseen'
  if (has(given, 'sendCommand') && !has(given, 'withTypeMapping') && !has(given, 'getBuffer')) {
    return 'a client of node-redis 4 or older, or its legacy mode'
  }
  return undefined
}

function has(given: object, method: string): boolean {
  return typeof (given as Record<string, unknown>)[method] === 'function'
}
