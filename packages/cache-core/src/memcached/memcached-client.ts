import type { Socket } from 'node:net'
import { CacheError } from '../errors.ts'
import { shown } from '../shown.ts'

/** The part of a `Memcache` (package `memcache`) that the store uses. */
export interface MemcacheClient {
  readonly nodes: readonly MemcacheNode[]
  readonly hash: { readonly name: string; getNodesByKey(key: string): readonly MemcacheNode[] }
  readonly timeout: number
}

/** One of its servers, with its only connection. */
export interface MemcacheNode {
  /** `host:port` */
  readonly id: string
  readonly host: string
  /** 0 for a Unix socket. */
  readonly port: number
  readonly uri: string
  readonly hasSaslCredentials: boolean
  /** The socket of the current connection, open or being opened. A new object for each connection. */
  readonly socket: Socket | undefined
  isConnected(): boolean
  /** Ends the connection, drops partly read replies, and connects. After `disconnect` it drops none. May never settle. */
  reconnect(): Promise<void>
  /** Sends a line, with or without data, once. Rejects if the server refuses it or there is no connection. */
  command(command: string, options?: CommandOptions): Promise<unknown>
  on(event: 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: string, listener: (error: Error) => void): unknown
}

interface CommandOptions {
  readonly isMultiline?: boolean
  readonly isStats?: boolean
  readonly requestedKeys?: string[]
}

/** The smallest accepted idle timeout of the client, in milliseconds. The client's default is 5 s. */
const LEAST_TIMEOUT_MS = 60_000

/**
 * Options that a client must be built with: `new Memcache({ nodes: ['127.0.0.1:11211'], ...memcachedOptions })`.
 * The client's `timeout` closes idle connections; the store sets its own deadline on commands.
 *
 * @example
 * ```ts
 * import { memcachedOptions, memcachedStore } from 'cache-core/memcached'
 * import { Memcache } from 'memcache'
 *
 * const client = new Memcache({ nodes: ['127.0.0.1:11211'], ...memcachedOptions })
 * const store = memcachedStore({ client, prefix: 'blog:' })
 * ```
 */
export const memcachedOptions = { timeout: 2_147_483_647 }

const REMEDY = 'build it with `new Memcache({ nodes, ...memcachedOptions })` of the package memcache 1.10 or later'

/** @throws CacheError `BAD_OPTION` if it is not such a client, or has options that break the store's guarantee. */
export function checkClient(given: unknown): asserts given is MemcacheClient {
  const client = given as Partial<MemcacheClient> | null | undefined
  const { nodes, hash } = client ?? {}
  if (!Array.isArray(nodes) || typeof hash?.getNodesByKey !== 'function') {
    // Not the text itself, which may contain a password.
    throw refused(`client is ${typeof given === 'string' ? 'a string' : shown(given)}`)
  }
  if (nodes.length === 0) throw refused('the client has no servers: its nodes are []')
  if (hash.name === 'broadcast') {
    throw refused('the client keeps each key on all servers (BroadcastHash), and nothing keeps the copies in sync')
  }
  if (nodes.some((node: MemcacheNode) => node.hasSaslCredentials)) {
    throw refused('the client authenticates with SASL and so uses the binary protocol, which has no meta commands')
  }
  if (client!.timeout! < LEAST_TIMEOUT_MS) {
    throw refused(`the client's timeout is ${client!.timeout} ms, after which it closes idle connections`)
  }
}

function refused(what: string): CacheError {
  return new CacheError('BAD_OPTION', `${what}; ${REMEDY}`)
}
