import { CacheError } from '../errors.ts'
import { type IoredisClient, ioredisClient, isIoredis } from './ioredis-client.ts'
import { isNodeRedis, type NodeRedisClient, nodeRedisClient } from './node-redis-client.ts'
import type { RedisClient } from './redis-client.ts'

/** A client that the Redis store can use. The caller connects and disconnects it. */
export type RedisStoreClient = IoredisClient | NodeRedisClient

const adapted = new WeakMap<object, RedisClient>()

/**
 * Adapts a client to the store. Returns the same adapter for the same client.
 *
 * @throws CacheError `BAD_OPTION` if it is not such a client, or has options that break the store's guarantee.
 */
export function adaptClient(given: RedisStoreClient): RedisClient {
  // Distinguished by their methods, since `instanceof` would load both libraries.
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

/** `withTypeMapping` and similar methods make another object for the same connection. */
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
  // Not the text itself, which may contain a password.
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

/** Other objects of node-redis, which look similar. */
function unsupportedNodeRedis(given: object): string | undefined {
  if (has(given, 'getSentinelNode')) return 'a createSentinel of node-redis, which may send a command twice'
  if (has(given, 'nodeClient'))
    return 'a createCluster of node-redis, which may send commands late, by another connection'
  if ('totalClients' in given) return 'a createClientPool of node-redis, whose connections change unnoticed'
  if (has(given, 'sendCommand') && !has(given, 'withTypeMapping') && !has(given, 'getBuffer')) {
    return 'a client of node-redis 4 or older, or its legacy mode'
  }
  return undefined
}

function has(given: object, method: string): boolean {
  return typeof (given as Record<string, unknown>)[method] === 'function'
}
