import type { InvalidationSource } from '../ports/invalidation-source.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'
import { pendingFor, type ResilienceOptions, resilientStore } from '../resilience/resilient-store.ts'
import { adaptClient, type RedisStoreClient } from './adapt-client.ts'
import type { RedisClient } from './redis-client.ts'
import { checkPrefix, redisCommands } from './redis-commands.ts'
import { RedisConnection } from './redis-connection.ts'
import { serverRun } from './server-run.ts'

export interface RedisStoreOptions extends ResilienceOptions {
  /**
   * Of ioredis 5 or 6, built with `redisOptions` or `clusterOptions`, or of node-redis 6, built with `nodeRedisOptions`.
   * May be shared with other stores and uses, but not with a job queue, which wants other options.
   */
  readonly client: RedisStoreClient
  /** Put before every key, so that caches can share a Redis. Not empty, no `{` or `}`. */
  readonly prefix: string
  /**
   * Tells this store of changes made by others: `createOutbox`. Before it is used for the first time, after each outage
   * and on each new connection, the store first catches up with what it missed. Until then reads go past the cache; when
   * that fails, it is tried again within a second. Default: nobody tells it.
   */
  readonly outbox?: InvalidationSource
  /** Default the process's own time and timers. One for all stores on a client: the first one's. */
  readonly runtime?: Runtime
}

/**
 * The Redis store: the guarded protocol, shared by all processes on one Redis (7.0 or later) or Valkey.
 * A Redis that is gone or hangs costs its callers at most one deadline of 250 ms, and then nothing until it is back.
 *
 * `close` takes its listeners off the client, which stays the caller's to disconnect.
 *
 * @throws CacheError `BAD_OPTION` for what is no client that it can use, for one that sends commands twice or late, or for an
 *   unusable prefix.
 */
export function redisStore({ client, ...options }: RedisStoreOptions): Required<Store> {
  return redisStoreOver(adaptClient(client), options)
}

/** The same over a client in the store's own terms. */
export function redisStoreOver(
  client: RedisClient,
  { prefix, onFailure, outbox, runtime }: Omit<RedisStoreOptions, 'client'>,
): Required<Store> {
  checkPrefix(prefix)
  const connection = RedisConnection.open(client, runtime)
  const { clock, circuit } = connection
  const commands = redisCommands(client, prefix, clock)
  const pending = connection.sharePending(prefix, () => pendingFor(commands, circuit))
  const store = resilientStore(commands, circuit, onFailure && { onFailure }, pending)
  const ends = [() => connection.leavePending(prefix)]
  if (outbox !== undefined) {
    const { invalidate, invalidateAll } = store
    const serverOf = () => circuit.run(() => serverRun(client))
    const { catchUp, detach } = outbox.attach({ invalidate, invalidateAll, serverRun: serverOf })
    ends.push(pending.catchUpBy(catchUp), detach)
  }
  if (client.isReady()) void pending.flush()
  return onConnection(connection, store, ends)
}

/**
 * A store of your own over a client, with the resilience of `redisStore`: behind one circuit with all stores on that client.
 *
 * @throws CacheError `BAD_OPTION` as `redisStore` does, for the client.
 */
export function resilientRedisStore(
  client: RedisStoreClient,
  store: Store,
  options: ResilienceOptions = {},
): Required<Store> {
  const connection = RedisConnection.open(adaptClient(client))
  return onConnection(connection, resilientStore(store, connection.circuit, options))
}

export interface RedisWatcher {
  /** Called each time Redis is taken to be away, with the last failure: five commands in a row have failed. */
  readonly onAway: (cause: unknown) => void
  /** Called each time it has come back. */
  readonly onBack: () => void
}

/**
 * Tells when the stores on a client take Redis to be away, and when it is back, until the returned function is called.
 *
 * @throws CacheError `BAD_OPTION` as `redisStore` does, for the client.
 */
export function watchRedis(client: RedisStoreClient, { onAway, onBack }: RedisWatcher): () => void {
  const connection = RedisConnection.open(adaptClient(client))
  const ends = [connection.circuit.onOpened(onAway), connection.circuit.onRecovered(onBack)]
  return () => {
    // Once: others may still need the connection.
    if (ends.length > 0) connection.close()
    for (const end of ends.splice(0)) end()
  }
}

/** A store that has the connection open until it is closed. */
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
      const whole = wasClosed ? reason : (connection.downFor ?? reason)
      return whole === undefined ? { isUsable } : { isUsable: false, reason: whole }
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
