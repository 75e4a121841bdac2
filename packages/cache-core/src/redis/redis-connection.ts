import { badOption, checkFunction } from '../check.ts'
import { messageOf, swallowing } from '../errors.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { Circuit } from '../resilience/circuit.ts'
import { circuitGate } from '../resilience/circuit-gate.ts'
import { NoAnswer } from '../resilience/deadlines.ts'
import { OutageWatchers } from '../resilience/outage-watchers.ts'
import { receivingFrom } from '../resilience/receiving-from.ts'
import type { Gate } from '../resilience/resilient-store.ts'
import { ServerClock } from '../resilience/server-clock.ts'
import { SharedPending } from '../resilience/shared-pending.ts'
import { type WarningListener, warnProcess } from '../warning.ts'
import { type ChangeListener, ClientTracking } from './client-tracking.ts'
import { LeaseMessages } from './lease-messages.ts'
import { DEADLINE_MS, type RedisClient } from './redis-client.ts'
import { misconfiguration, Refusals } from './refusals.ts'
import { Renewal } from './renewal.ts'
import { watchedClient } from './watched-client.ts'

const connections = new WeakMap<RedisClient, RedisConnection>()

/** After this many unanswered probes in a row (2 s with their pauses), the connection itself is considered broken. */
const PROBES_TO_RENEW = 4
/** Answers of a server that is not the master; the master may now have the same address. */
const REPLICA = /^(?:READONLY|MASTERDOWN) /
/** Answers of a server that isn't usable yet, or no longer is. */
const NOT_USABLE = /^(?:READONLY|MASTERDOWN|LOADING|CLUSTERDOWN) /

export interface ConnectionOptions {
  /**
   * Whether the store may end a connection that does not answer or leads to a replica, so that the client opens a new one. For a
   * client that serves only caches. Default false: the store warns, and the cache is bypassed until the client is reconnected.
   */
  readonly ownsConnection?: boolean
  /** Receives warnings for the operator. One per client: the last one given is used. Default `process.emitWarning`. */
  readonly onWarning?: WarningListener
}

export interface RedisWatcher {
  /**
   * Called each time Redis is found to be unavailable (five commands in a row have failed), with the last failure or the reason why the
   * client can't connect, and again if that changes.
   */
  readonly onAway: (cause: unknown) => void
  /** Called each time it is back. */
  readonly onBack: () => void
}

/**
 * Shared by all stores on one client: the server's clock, the circuit, and the pending invalidations of each prefix.
 * Each store opens it and closes it once; the last one ends its listeners and timers.
 */
export class RedisConnection {
  /** The client, with each command going through the circuit. */
  readonly client: RedisClient
  readonly clock: ServerClock
  readonly circuit: Circuit
  readonly pending: SharedPending
  readonly watchers = new OutageWatchers()
  readonly leaseMessages: LeaseMessages
  readonly #given: RedisClient
  readonly #refusals: Refusals
  readonly #renewal: Renewal
  readonly #unsubscribe: () => void
  #users = 0
  #connectionError: unknown
  #silentProbes = 0

  warn: WarningListener = warnProcess

  /** The connection state of a client. Uses the `runtime` of the first store that opens it. */
  static open(client: RedisClient, options: ConnectionOptions = {}, runtime: Runtime = systemRuntime): RedisConnection {
    const { ownsConnection = false, onWarning } = options
    if (typeof ownsConnection !== 'boolean') throw badOption('ownsConnection', ownsConnection, 'give true or false')
    if (onWarning !== undefined) checkFunction('onWarning', onWarning)
    const connection = connections.get(client) ?? new RedisConnection(client, runtime)
    connections.set(client, connection)
    connection.#users++
    if (ownsConnection) connection.#renewal.allow()
    if (onWarning !== undefined) connection.warn = swallowing(onWarning)
    return connection
  }

  /** The same, without opening it. */
  static of(client: RedisClient): RedisConnection | undefined {
    return connections.get(client)
  }

  private constructor(given: RedisClient, runtime: Runtime) {
    this.#given = given
    this.pending = new SharedPending(given)
    this.clock = new ServerClock(runtime.now)
    this.#refusals = new Refusals(runtime.now, (message) => this.warn({ code: 'COMMAND_REFUSED', message }))
    this.leaseMessages = new LeaseMessages(given, runtime, this.#refusals)
    this.#renewal = new Renewal(
      () => given.renew(),
      runtime,
      (warning) => this.warn(warning),
    )
    this.circuit = new Circuit({
      probe: () => (given.database === 0 ? given.ping() : this.#select()),
      deadlineMs: DEADLINE_MS,
      isOutage: (error) => !given.isRefusal(error) || NOT_USABLE.test(messageOf(error)),
      onFailure: (command, error, isOutage) => {
        if (!isOutage) this.#refusals.note(command, error)
        else if (REPLICA.test(messageOf(error))) this.#renewal.request(`it leads to a replica: ${messageOf(error)}`)
      },
      isReceiving: receivingFrom(() => given.bytesRead()),
      runtime,
    })
    this.circuit.onOpened(() => this.#sayAway())
    this.circuit.onRecovered(() => this.#sayBack())
    this.circuit.onProbeFailed((cause) => {
      this.#silentProbes = cause instanceof NoAnswer ? this.#silentProbes + 1 : 0
      if (this.#silentProbes >= PROBES_TO_RENEW) this.#renewal.request('it does not answer')
    })
    this.client = watchedClient(given, this.circuit, this.#refusals)
    this.#unsubscribe = given.subscribe({
      // On close, not on ready: ioredis reports ready only after it has sent commands issued just before.
      onClose: () => {
        this.#checkDatabase()
        this.pending.requestCatchUp()
      },
      onReady: () => this.#ready(),
      // Each command reports its own failure. Without a listener ioredis prints them all, and node-redis throws.
      onError: (error) => {
        this.#connectionError = error
        if (!this.circuit.isClosed) this.#sayAway()
      },
    })
    if (given.isReady()) this.#checkDatabase()
  }

  /** Why nothing can be sent; `undefined` if it can. */
  get downFor(): string | undefined {
    if (this.#given.isReady()) return undefined
    const error = this.#connectionError
    return `there is no connection to Redis${error === undefined ? '' : `; the last error: ${messageOf(error)}`}`
  }

  /** Why the server refuses commands. */
  get refusedFor(): string | undefined {
    return this.#refusals.reason
  }

  /** @param isWatched whether each of the store's commands already goes through the circuit. */
  gateFor(isWatched: boolean): Gate {
    return circuitGate(this.circuit, isWatched, misconfiguration)
  }

  /** Tells of changes to keys with these prefixes. The caller ends it. */
  track(prefixes: readonly string[], listener: ChangeListener): ClientTracking {
    return new ClientTracking(prefixes, listener, {
      client: this.#given,
      runtime: this.circuit.runtime,
      refusals: this.#refusals,
      warn: (warning) => this.warn(warning),
    })
  }

  close(): void {
    if (--this.#users > 0) return
    connections.delete(this.#given)
    this.#unsubscribe()
    this.leaseMessages.end()
    this.circuit.end()
  }

  #ready(): void {
    this.clock.forget()
    this.leaseMessages.renew()
    this.#checkDatabase()
    this.pending.requestCatchUp()
    this.pending.flush()
  }

  /** ioredis continues with database 0 if its own can't be selected, so nothing is sent before that is checked. */
  #checkDatabase(): void {
    if (this.#given.database !== 0) this.circuit.suspend()
  }

  async #select(): Promise<void> {
    const { database } = this.#given
    try {
      await this.#given.select()
    } catch (cause) {
      if (!this.#given.isRefusal(cause)) throw cause
      throw new Error(`database ${database} can't be selected: ${messageOf(cause)}`, { cause })
    }
  }

  #sayAway(): void {
    const cause = this.#given.isReady() ? this.circuit.lastFailure : (this.#connectionError ?? this.circuit.lastFailure)
    this.watchers.sayAway(withoutCommand(cause))
  }

  #sayBack(): void {
    this.#silentProbes = 0
    this.#connectionError = undefined
    this.watchers.sayBack()
  }
}

/** ioredis includes the command in its errors, and so the password of `AUTH`. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || !('command' in error)) return error
  const { name, message, stack } = error
  return Object.assign(new Error(message), { name, stack })
}
