import type { ClusterOptions, RedisOptions } from 'ioredis'
import { CacheError } from '../errors.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'
import { Circuit } from '../resilience/circuit.ts'
import type { PendingInvalidations } from '../resilience/pending-invalidations.ts'
import { pendingFor, type ResilienceOptions, resilientStore } from '../resilience/resilient-store.ts'
import { checkPrefix, type RedisClient, redisCommands } from './redis-commands.ts'
import { ServerClock } from './server-clock.ts'
import { serverRun } from './server-run.ts'

export interface RedisStoreOptions extends ResilienceOptions {
  /** Built with `redisOptions`. May be shared with other stores and uses. */
  readonly client: RedisClient
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

/** A command that takes longer counts as failed. 32 lists of 3.6 MB through one connection take 180 ms. */
const DEADLINE_MS = 250

/**
 * What a client must be built with: `new Redis(url, redisOptions)`.
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

/**
 * The Redis store: the guarded protocol, shared by all processes on one Redis (7.0 or later) or Valkey.
 * A Redis that is gone or hangs costs its callers at most one deadline of 250 ms, and then nothing until it is back.
 *
 * @throws CacheError `BAD_OPTION` for a client that sends commands twice, or an unusable prefix.
 */
export function redisStore({ client, prefix, onFailure, outbox, runtime }: RedisStoreOptions): Store {
  const { clock, circuit, pendingByPrefix } = connectionOf(client, runtime)
  const commands = redisCommands(client, checkPrefix(prefix), clock)
  const pending = pendingByPrefix.get(prefix) ?? pendingFor(commands, circuit)
  pendingByPrefix.set(prefix, pending)
  const store = resilientStore(commands, circuit, onFailure && { onFailure }, pending)
  // What it returns is for the store's close.
  if (outbox !== undefined) attachTo(outbox, store, client, circuit, pending)
  return store
}

/** @returns ends it: the store is told of nothing any more, and catches up with nothing. */
function attachTo(
  outbox: InvalidationSource,
  { invalidate, invalidateAll }: Store,
  client: RedisClient,
  circuit: Circuit,
  pending: PendingInvalidations,
): () => void {
  const serverOf = () => circuit.run(() => serverRun(client))
  const attachment = outbox.attach({ invalidate, invalidateAll, serverRun: serverOf })
  const stopCatchingUp = pending.catchUpBy(attachment.catchUp)
  if (client.status === 'ready') void pending.flush()
  return () => {
    attachment.detach()
    stopCatchingUp()
  }
}

interface Connection {
  readonly clock: ServerClock
  readonly circuit: Circuit
  /** What is pending for one store, another on the same entries must wait for. */
  readonly pendingByPrefix: Map<string, PendingInvalidations>
}

const connections = new WeakMap<RedisClient, Connection>()

/** What all stores on one client share: the server's clock and the circuit. Built on first use, with the `runtime` given then. */
export function connectionOf(client: RedisClient, runtime: Runtime = systemRuntime): Connection {
  const known = connections.get(client)
  if (known !== undefined) return known
  checkClient(client)
  const clock = new ServerClock(runtime.now)
  const pendingByPrefix = new Map<string, PendingInvalidations>()
  // Not when it is ready again: ioredis says so only after what was asked just before is on its way.
  client.on('close', () => {
    for (const pending of pendingByPrefix.values()) pending.requestCatchUp()
  })
  client.on('ready', () => {
    clock.forget()
    for (const pending of pendingByPrefix.values()) {
      pending.requestCatchUp()
      void pending.flush()
    }
  })
  client.on('error', () => {}) // each command reports its own failure; without a listener ioredis prints them all
  const circuit = new Circuit({
    probe: () => client.ping(),
    deadlineMs: DEADLINE_MS,
    isOutage: (error) => !(error instanceof Error && error.name === 'ReplyError'),
    runtime,
  })
  const connection = { clock, circuit, pendingByPrefix }
  connections.set(client, connection)
  return connection
}

function checkClient(client: RedisClient): void {
  const cluster = 'nodes' in client ? (client.options as ClusterOptions) : undefined
  const options: RedisOptions = cluster ? (cluster.redisOptions ?? {}) : client.options
  const wanted: [name: string, value: unknown, wanted: unknown, why: string][] = [
    ['maxRetriesPerRequest', options.maxRetriesPerRequest ?? 20, 0, 'so it may send a command twice'],
    [
      'keyPrefix',
      options.keyPrefix || undefined,
      undefined,
      'which redisStore knows nothing of: give it the prefix instead',
    ],
  ]
  if (cluster) {
    const delay = cluster.retryDelayOnFailover ?? 100
    wanted.push(['retryDelayOnFailover', delay, 0, 'so it may send a command twice'])
    wanted.push(['scaleReads', cluster.scaleReads ?? 'master', 'master', 'so it may read from a replica that lags'])
  }
  for (const [name, value, right, why] of wanted) {
    if (value === right) continue
    const remedy = `build it with ${cluster ? 'clusterOptions' : 'redisOptions'}`
    throw new CacheError('BAD_OPTION', `the client's ${name} is ${JSON.stringify(value)}, ${why}; ${remedy}`)
  }
}
