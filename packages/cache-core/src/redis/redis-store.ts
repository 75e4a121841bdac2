import { badOption, checkFunction, checkMethods, checkOptions, type OptionNames } from '../check.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'
import type { PendingInvalidations } from '../resilience/pending-invalidations.ts'
import { pendingFor, type ResilienceOptions, resilientStore } from '../resilience/resilient-store.ts'
import { adaptClient, type RedisStoreClient } from './adapt-client.ts'
import type { RedisClient } from './redis-client.ts'
import { checkPrefix, redisCommands } from './redis-commands.ts'
import { type ConnectionOptions, RedisConnection, type RedisWatcher } from './redis-connection.ts'
import { serverRun } from './server-run.ts'
import type { RedisWriteLog } from './write-log.ts'

export interface RedisStoreOptions extends ResilienceOptions, ConnectionOptions {
  /**
   * A client of ioredis 5 or 6, built with `redisOptions` or `clusterOptions`, or of node-redis 6, built with `nodeRedisOptions`.
   * May be shared with other stores and uses, but not with a job queue, which needs other options.
   */
  readonly client: RedisStoreClient
  /** Prepended to every key, so that caches can share a Redis. Not empty, no `{` or `}`. */
  readonly prefix: string
  /**
   * Reports out-of-band changes to this store: `createOutbox`. The store catches up with missed changes before its first use,
   * after each outage and on each new connection. Until then reads bypass it. A failed attempt is retried within 1 s.
   * Default none.
   */
  readonly outbox?: InvalidationSource
  /**
   * The queue of a cache that writes behind, with the same prefix: `redisWriteLog`. All stores on this prefix need the same one,
   * since it is part of the names of entries. Default none.
   */
  readonly writeLog?: Pick<RedisWriteLog, 'prefix' | 'buckets'>
  /** One per client: the first one given is used. Default the process's own time and timers. */
  readonly runtime?: Runtime
}

/**
 * The Redis store: the guarded protocol, shared by all processes on one Redis (7.0 or later) or Valkey.
 * A Redis that is gone or hangs costs its callers at most one deadline of 250 ms, and then nothing until it is back.
 *
 * `close` removes its listeners from the client; the caller disconnects the client.
 *
 * @throws CacheError `BAD_OPTION` for an unusable prefix, or an unusable client, such as one that sends commands twice or late; or
 *   if an open store on the same client and prefix has another queue, or only one of the two has one.
 *
 * @example
 * ```ts
 * import { redisStore } from 'cache-core/redis'
 *
 * const store = redisStore({ client: redis, prefix: 'blog:', onFailure: (error) => console.error(error.message) })
 * ```
 */
export function redisStore(options: RedisStoreOptions): Required<Store> {
  checkOptions('redisStore', options, STORE_OPTIONS)
  const { client, ...others } = options
  return redisStoreOver(adaptClient(client), others)
}

const CONNECTION_OPTIONS: OptionNames<ConnectionOptions> = { ownsConnection: true, onWarning: true }
export const STORE_OPTIONS: OptionNames<RedisStoreOptions> = {
  client: true,
  prefix: true,
  outbox: true,
  writeLog: true,
  onFailure: true,
  runtime: true,
  ...CONNECTION_OPTIONS,
}
const WATCHER_OPTIONS: OptionNames<RedisWatcher & ConnectionOptions> = {
  onAway: true,
  onBack: true,
  ...CONNECTION_OPTIONS,
}
const OWN_STORE_OPTIONS: OptionNames<ResilienceOptions & ConnectionOptions> = { onFailure: true, ...CONNECTION_OPTIONS }

/** The same over an adapted client. */
export function redisStoreOver(
  client: RedisClient,
  { prefix, onFailure, outbox, writeLog, runtime, ...connectionOptions }: Omit<RedisStoreOptions, 'client'>,
): Required<Store> {
  checkPrefix(prefix)
  if (onFailure !== undefined) checkFunction('onFailure', onFailure)
  if (outbox !== undefined) checkMethods('outbox', outbox, ['attach'], 'give what createOutbox returns')
  if (writeLog !== undefined && writeLog?.prefix !== prefix) {
    throw badOption('writeLog', writeLog, `give what redisWriteLog returns for the same prefix, "${prefix}"`)
  }
  const buckets = writeLog?.buckets
  checkBuckets(client, prefix, writeLog)
  const connection = RedisConnection.open(client, connectionOptions, runtime)
  const { clock } = connection
  const gate = connection.gateFor(true)
  const commands = redisCommands({
    client: connection.client,
    prefix,
    buckets,
    clock,
    soon: connection.circuit.runtime.soon,
    warn: (warning) => connection.warn(warning),
    messages: connection.leaseMessages,
  })
  const pending = connection.pending.join(prefix, () => pendingFor(commands, gate))
  bucketsOf.set(pending, buckets)
  const store = resilientStore(commands, gate, onFailure && { onFailure }, pending)
  const ends = [() => connection.pending.leave(prefix)]
  if (outbox !== undefined) {
    const { invalidate, invalidateAll } = store
    const { catchUp, detach } = outbox.attach({
      invalidate,
      invalidateAll,
      serverRun: () => serverRun(connection.client),
    })
    ends.push(pending.catchUpBy(catchUp), detach)
  }
  if (client.isReady()) void pending.flush()
  return onConnection(connection, store, ends)
}

/** The number of buckets in the names of the entries that they invalidate. */
const bucketsOf = new WeakMap<PendingInvalidations, number | undefined>()

/**
 * Stores on one client and prefix deliver each other's pending invalidations, so they must have the same names for an entry.
 *
 * @throws CacheError `BAD_OPTION`
 */
function checkBuckets(client: RedisClient, prefix: string, writeLog: RedisStoreOptions['writeLog']): void {
  const shared = RedisConnection.of(client)?.pending.of(prefix)
  if (shared === undefined) return
  const buckets = bucketsOf.get(shared)
  if (buckets === writeLog?.buckets) return
  const queue = buckets === undefined ? 'no queue of writes' : `a queue of ${buckets} buckets`
  const why = `another store with the prefix "${prefix}" on this client has ${queue}, so its entries have other names`
  throw badOption('writeLog', writeLog, `${why}; give both the same writeLog, or different prefixes`)
}

/**
 * Gives your own store over a client the resilience of `redisStore`: it shares one circuit with all stores on that client.
 *
 * @throws CacheError `BAD_OPTION` for an unusable client.
 *
 * @example
 * ```ts
 * import type { Store } from 'cache-core'
 * import { resilientRedisStore } from 'cache-core/redis'
 *
 * declare const myStore: Store // of your own, over the same client
 * const store = resilientRedisStore(redis, myStore)
 * ```
 */
export function resilientRedisStore(
  client: RedisStoreClient,
  store: Store,
  options: ResilienceOptions & ConnectionOptions = {},
): Required<Store> {
  checkOptions('resilientRedisStore', options, OWN_STORE_OPTIONS)
  const { onFailure, ...connectionOptions } = options
  if (onFailure !== undefined) checkFunction('onFailure', onFailure)
  const connection = RedisConnection.open(adaptClient(client), connectionOptions)
  return onConnection(connection, resilientStore(store, connection.gateFor(false), onFailure && { onFailure }))
}

/**
 * Reports when the stores on a client find Redis unavailable, and when it is back, until the returned function is called.
 *
 * @throws CacheError `BAD_OPTION` for an unusable client.
 *
 * @example
 * ```ts
 * import { watchRedis } from 'cache-core/redis'
 *
 * const unwatch = watchRedis(redis, { onAway: () => console.error('unavailable'), onBack: () => console.error('back') })
 * ```
 */
export function watchRedis(client: RedisStoreClient, watcher: RedisWatcher & ConnectionOptions): () => void {
  checkOptions('watchRedis', watcher, WATCHER_OPTIONS)
  const { onAway, onBack, ...options } = watcher
  checkFunction('onAway', onAway)
  checkFunction('onBack', onBack)
  const connection = RedisConnection.open(adaptClient(client), options)
  const ends = [connection.watchers.add({ onAway, onBack })]
  return () => {
    // Only once: other stores may still need the connection.
    if (ends.length > 0) connection.close()
    for (const end of ends.splice(0)) end()
  }
}

/** A store that keeps the connection open until it is closed. */
function onConnection(
  connection: RedisConnection,
  store: Required<Store>,
  ends: readonly (() => void)[] = [],
): Required<Store> {
  let wasClosed = false
  return {
    ...store,

    health() {
      const { isUsable, reason } = store.health()
      const { downFor, refusedFor } = connection
      if (downFor !== undefined && !wasClosed) return { isUsable: false, reason: downFor }
      const reasons = [reason, wasClosed ? undefined : refusedFor].filter((each) => each !== undefined)
      return reasons.length === 0 ? { isUsable } : { isUsable, reason: reasons.join('; ') }
    },

    async close() {
      if (wasClosed) return
      wasClosed = true
      await store.close()
      for (const end of ends) end()
      connection.close()
    },
  }
}
