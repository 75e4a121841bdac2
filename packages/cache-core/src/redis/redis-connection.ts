import { messageOf } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { Circuit } from '../resilience/circuit.ts'
import type { PendingInvalidations } from '../resilience/pending-invalidations.ts'
import { DEADLINE_MS, type RedisClient } from './redis-client.ts'
import { ServerClock } from './server-clock.ts'

const connections = new WeakMap<RedisClient, RedisConnection>()
/** Prefixes whose last store was closed with invalidations pending: the next one there must not serve what they left. */
const leftUnflushed = new WeakMap<RedisClient, Set<string>>()

/**
 * What all stores on one client share: the server's clock, the circuit, and for each prefix the pending invalidations.
 * Each store that opens it closes it once; with the last one its listeners and timers end.
 */
export class RedisConnection {
  readonly client: RedisClient
  readonly clock: ServerClock
  readonly circuit: Circuit
  readonly #pending = new Map<string, { readonly pending: PendingInvalidations; users: number }>()
  readonly #unsubscribe: () => void
  #users = 0
  #lastError: unknown

  /** The connection state of a client. Made with the `runtime` of the first that opens it. */
  static open(client: RedisClient, runtime: Runtime = systemRuntime): RedisConnection {
    const connection = connections.get(client) ?? new RedisConnection(client, runtime)
    connections.set(client, connection)
    connection.#users++
    return connection
  }

  /** The same, for a look at it. */
  static of(client: RedisClient): RedisConnection | undefined {
    return connections.get(client)
  }

  private constructor(client: RedisClient, runtime: Runtime) {
    this.client = client
    this.clock = new ServerClock(runtime.now)
    this.circuit = new Circuit({
      probe: () => client.ping(),
      deadlineMs: DEADLINE_MS,
      isOutage: (error) => !client.isRefusal(error),
      runtime,
    })
    this.#unsubscribe = client.subscribe({
      // Not when it is ready again: ioredis says so only after what was asked just before is on its way.
      onClose: () => {
        for (const { pending } of this.#pending.values()) pending.requestCatchUp()
      },
      onReady: () => {
        this.clock.forget()
        for (const { pending } of this.#pending.values()) {
          pending.requestCatchUp()
          void pending.flush()
        }
      },
      // Each command reports its own failure. Without a listener ioredis prints them all, and node-redis throws.
      onError: (error) => {
        this.#lastError = error
      },
    })
  }

  /** Why nothing can be sent, if so. */
  get downFor(): string | undefined {
    if (this.client.isReady()) return undefined
    const error = this.#lastError
    return `there is no connection to Redis${error === undefined ? '' : `; the last error: ${messageOf(error)}`}`
  }

  pendingOf(prefix: string): PendingInvalidations | undefined {
    return this.#pending.get(prefix)?.pending
  }

  /** What is pending for one store, another on the same entries must wait for. Each who shares it leaves it once. */
  sharePending(prefix: string, make: () => PendingInvalidations): PendingInvalidations {
    const shared = this.#pending.get(prefix) ?? { pending: make(), users: 0 }
    this.#pending.set(prefix, shared)
    if (leftUnflushed.get(this.client)?.delete(prefix)) shared.pending.addEverything()
    shared.users++
    return shared.pending
  }

  leavePending(prefix: string): void {
    const shared = this.#pending.get(prefix)
    if (shared === undefined || --shared.users > 0) return
    this.#pending.delete(prefix)
    if (!shared.pending.end()) return
    const left = leftUnflushed.get(this.client) ?? new Set()
    leftUnflushed.set(this.client, left.add(prefix))
  }

  close(): void {
    if (--this.#users > 0) return
    connections.delete(this.client)
    this.#unsubscribe()
    this.circuit.end()
  }
}
