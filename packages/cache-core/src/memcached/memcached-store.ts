import { checkFunction, checkMethods, checkOptions, type OptionNames } from '../check.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'
import { pendingFor, type ResilienceOptions, resilientStore } from '../resilience/resilient-store.ts'
import type { WarningListener } from '../warning.ts'
import { checkPrefix } from './item.ts'
import { checkClient, type MemcacheClient } from './memcached-client.ts'
import { memcachedCommands } from './memcached-commands.ts'
import { type CompareClocks, MemcachedConnection, type MemcachedWatcher } from './memcached-connection.ts'

export interface MemcachedStoreOptions extends ResilienceOptions {
  /**
   * A client of the package `memcache`, built with `memcachedOptions`. Only stores may use it, since they connect and reconnect
   * it. Its list of servers must be the same in all processes, and must not change.
   */
  readonly client: MemcacheClient
  /** Prepended to every key, so that caches can share a memcached. 1 to 100 visible ASCII characters. */
  readonly prefix: string
  /** Reports out-of-band changes to this store: `createOutbox`. As for `redisStore`. Default none. */
  readonly outbox?: InvalidationSource
  /** Receives warnings for the operator. One per client: the last one given is used. Default `process.emitWarning`. */
  readonly onWarning?: WarningListener
  /** One per client: the first one given is used. Default the process's own time and timers. */
  readonly runtime?: Runtime
}

const OPTIONS: OptionNames<MemcachedStoreOptions> = {
  client: true,
  prefix: true,
  outbox: true,
  onFailure: true,
  onWarning: true,
  runtime: true,
}

/**
 * The memcached store: the guarded protocol, shared by all processes on one or several memcached servers (1.6.10 or later).
 * A server that is gone or hangs costs its callers at most one deadline of 250 ms. After that, the whole cache is bypassed until
 * the server is back, since an invalidation for it could not be delivered.
 *
 * The store connects the client. `close` ends its timers and listeners; the caller disconnects the client.
 *
 * @throws CacheError `BAD_OPTION` for an unusable client or prefix.
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
export function memcachedStore(options: MemcachedStoreOptions): Required<Store> {
  checkOptions('memcachedStore', options, OPTIONS)
  return memcachedStoreBy(options)
}

/** The same, with another way to compare clocks. */
export function memcachedStoreBy(options: MemcachedStoreOptions, compare?: CompareClocks): Required<Store> {
  const { client, prefix, onFailure, outbox, onWarning, runtime } = options
  checkClient(client)
  checkPrefix(prefix)
  if (onFailure !== undefined) checkFunction('onFailure', onFailure)
  if (outbox !== undefined) checkMethods('outbox', outbox, ['attach'], 'give what createOutbox returns')
  const connection = MemcachedConnection.open(client, onWarning, runtime, compare)
  const gate = connection.gateFor(true)
  const commands = memcachedCommands(connection.ring, prefix, connection.clock, (warning) => connection.warn(warning))
  const pending = connection.pending.join(prefix, () => pendingFor(commands, gate))
  const store = resilientStore(commands, gate, onFailure && { onFailure }, pending)
  const ends = [() => connection.pending.leave(prefix)]
  if (outbox !== undefined) {
    const { invalidate, invalidateAll } = store
    const { catchUp, detach } = outbox.attach({ invalidate, invalidateAll, serverRun: () => connection.serverRun() })
    ends.push(pending.catchUpBy(catchUp), detach)
  }
  return onConnection(connection, store, ends)
}

/** A store that keeps the connection open until it is closed. */
function onConnection(
  connection: MemcachedConnection,
  store: Required<Store>,
  ends: readonly (() => void)[] = [],
): Required<Store> {
  let wasClosed = false
  return {
    ...store,

    health() {
      const health = store.health()
      if (!health.isUsable || connection.clock.isCompared) return health
      return { isUsable: false, reason: `memcached's time is not known yet, so nothing counts as fresh` }
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

const OWN_STORE_OPTIONS: OptionNames<ResilienceOptions> = { onFailure: true }

/**
 * Gives your own store over a client the resilience of `memcachedStore`: it shares one circuit with all stores on that client.
 *
 * @throws CacheError `BAD_OPTION` for an unusable client.
 *
 * @example
 * ```ts
 * import type { Store } from 'cache-core'
 * import { memcachedOptions, resilientMemcachedStore } from 'cache-core/memcached'
 * import { Memcache } from 'memcache'
 *
 * declare const myStore: Store // of your own, over the same client
 * const client = new Memcache({ nodes: ['127.0.0.1:11211'], ...memcachedOptions })
 * const store = resilientMemcachedStore(client, myStore)
 * ```
 */
export function resilientMemcachedStore(
  client: MemcacheClient,
  store: Store,
  options: ResilienceOptions = {},
): Required<Store> {
  checkOptions('resilientMemcachedStore', options, OWN_STORE_OPTIONS)
  const { onFailure } = options
  if (onFailure !== undefined) checkFunction('onFailure', onFailure)
  checkClient(client)
  const connection = MemcachedConnection.open(client)
  return onConnection(connection, resilientStore(store, connection.gateFor(false), onFailure && { onFailure }))
}

const WATCHER_OPTIONS: OptionNames<MemcachedWatcher & { readonly onWarning?: WarningListener }> = {
  onAway: true,
  onBack: true,
  onWarning: true,
}

/**
 * Reports when the stores on a client find memcached unavailable, and when it is back, until the returned function is called.
 *
 * @throws CacheError `BAD_OPTION` for an unusable client.
 *
 * @example
 * ```ts
 * import { memcachedOptions, watchMemcached } from 'cache-core/memcached'
 * import { Memcache } from 'memcache'
 *
 * const client = new Memcache({ nodes: ['127.0.0.1:11211'], ...memcachedOptions })
 * const unwatch = watchMemcached(client, { onAway: () => console.error('unavailable'), onBack: () => console.error('back') })
 * ```
 */
export function watchMemcached(
  client: MemcacheClient,
  watcher: MemcachedWatcher & { readonly onWarning?: WarningListener },
): () => void {
  checkOptions('watchMemcached', watcher, WATCHER_OPTIONS)
  checkFunction('onAway', watcher.onAway)
  checkFunction('onBack', watcher.onBack)
  checkClient(client)
  const connection = MemcachedConnection.open(client, watcher.onWarning)
  const ends = [connection.watchers.add(watcher)]
  return () => {
    // Only once: other stores may still need the connection.
    if (ends.length > 0) connection.close()
    for (const end of ends.splice(0)) end()
  }
}
