import { checkFunction } from '../check.ts'
import { messageOf, swallowing } from '../errors.ts'
import { type Runtime, systemRuntime, within } from '../ports/runtime.ts'
import { Circuit } from '../resilience/circuit.ts'
import { circuitGate } from '../resilience/circuit-gate.ts'
import { NoAnswer } from '../resilience/deadlines.ts'
import { OutageWatchers } from '../resilience/outage-watchers.ts'
import { receivingFrom } from '../resilience/receiving-from.ts'
import type { Gate } from '../resilience/resilient-store.ts'
import { ServerClock } from '../resilience/server-clock.ts'
import { SharedPending } from '../resilience/shared-pending.ts'
import { type WarnOnce, warnOnce } from '../warn-once.ts'
import { type WarningListener, warnProcess } from '../warning.ts'
import type { MemcacheClient } from './memcached-client.ts'
import { isRefusal, MemcachedServer } from './memcached-server.ts'
import { type Ring, ringOf } from './ring.ts'
import { compareClocks } from './server-time.ts'

/** Deadline of a command, in milliseconds. */
const DEADLINE_MS = 250
/** Interval between clock comparisons. In that time the clocks may drift apart by 15 ms. */
const COMPARE_EVERY_MS = 30_000
/** Retry interval before the first successful comparison. Until then nothing is fresh, and nothing is kept. */
const COMPARE_AGAIN_MS = 1_000
/** How long a probe waits for the comparison before it continues without one. */
const COMPARED_WITHIN_MS = 150
/** After this many unanswered probes in a row (2 s with their pauses), the connections are renewed. */
const PROBES_TO_RENEW = 4

const connections = new WeakMap<MemcacheClient, MemcachedConnection>()

/** Asks a server for its time. */
export type CompareClocks = typeof compareClocks

export interface MemcachedWatcher {
  /** Called each time memcached is found to be unavailable, with the last failure, and again if the failure changes. */
  readonly onAway: (cause: unknown) => void
  /** Called each time it is back. */
  readonly onBack: () => void
}

/**
 * Shared by all stores on one client: its connections, which it opens and renews, the servers' clock, the circuit, and the pending
 * invalidations of each prefix. Each store opens it and closes it once; the last one ends its listeners and timers.
 */
export class MemcachedConnection {
  readonly clock: ServerClock
  readonly circuit: Circuit
  readonly ring: Ring
  readonly pending: SharedPending
  readonly watchers = new OutageWatchers()
  readonly #client: MemcacheClient
  readonly #compare: CompareClocks
  readonly #ends: (() => void)[] = []
  #warnOnce: WarnOnce = warnOnce(warnProcess)
  #comparing: Promise<void> | undefined
  #cancelComparison: (() => void) | undefined
  #users = 0
  #silentProbes = 0

  warn: WarningListener = warnProcess

  /** The connection state of a client. Uses the `runtime` of the first store that opens it. */
  static open(
    client: MemcacheClient,
    onWarning?: WarningListener,
    runtime: Runtime = systemRuntime,
    compare: CompareClocks = compareClocks,
  ): MemcachedConnection {
    if (onWarning !== undefined) checkFunction('onWarning', onWarning)
    const connection = connections.get(client) ?? new MemcachedConnection(client, runtime, compare)
    connections.set(client, connection)
    connection.#users++
    if (onWarning !== undefined) {
      connection.warn = swallowing(onWarning)
      connection.#warnOnce = warnOnce(onWarning)
    }
    return connection
  }

  /** The same, without opening it. */
  static of(client: MemcacheClient): MemcachedConnection | undefined {
    return connections.get(client)
  }

  private constructor(client: MemcacheClient, runtime: Runtime, compare: CompareClocks) {
    this.#client = client
    this.pending = new SharedPending(client)
    this.#compare = compare
    this.clock = new ServerClock(runtime.now)
    const servers = client.nodes.map((node) => new MemcachedServer(node, client.nodes.length === 1, runtime))
    this.circuit = new Circuit({
      probe: () => this.#probe(),
      deadlineMs: DEADLINE_MS,
      isOutage: (error) => !isRefusal(error),
      onFailure: (command, error, isOutage) => {
        if (!isOutage) this.#warnOnce(messageOf(error), refusal(command, error))
      },
      isReceiving: receivingFrom(() => bytesReadFrom(servers)),
      runtime,
    })
    for (const server of servers) server.standBehind(this.circuit)
    this.ring = ringOf(client, servers)
    const sayAway = () => this.watchers.sayAway(this.circuit.lastFailure)
    this.circuit.onOpened(sayAway)
    this.circuit.onRecovered(() => this.#recovered())
    this.circuit.onProbeFailed((cause) => {
      sayAway()
      this.#silentProbes = cause instanceof NoAnswer ? this.#silentProbes + 1 : 0
      if (this.#silentProbes >= PROBES_TO_RENEW) this.#renew()
    })
    for (const { node } of servers) {
      const onClose = () => this.#closed()
      const onError = () => {} // each command reports its own failure
      node.on('close', onClose)
      node.on('error', onError)
      this.#ends.push(() => {
        node.off('close', onClose)
        node.off('error', onError)
      })
    }
    this.#ends.push(
      runtime.every(COMPARE_EVERY_MS, () => void this.#compareClocks()),
      () => this.#cancelComparison?.(),
    )
    // Sends nothing before the servers are connected, checked and asked for their time.
    this.circuit.suspend()
  }

  /** @param isWatched whether each of the store's commands already goes through the circuit. */
  gateFor(isWatched: boolean): Gate {
    return circuitGate(this.circuit, isWatched)
  }

  close(): void {
    if (--this.#users > 0) return
    connections.delete(this.#client)
    for (const end of this.#ends) end()
    this.circuit.end()
  }

  /** Identifies the memcached processes with the entries. A restart changes the pid or the start time. */
  async serverRun(): Promise<string> {
    const runs = this.ring.servers.map(async (server) => {
      const { pid, time, uptime } = await server.stats()
      return `${server.node.id} ${pid} ${Number(time) - Number(uptime)}`
    })
    return (await Promise.all(runs)).join()
  }

  async #probe(): Promise<void> {
    const { servers } = this.ring
    const wereReady = servers.every(({ isReady }) => isReady)
    await Promise.all(servers.map((server) => server.ready()))
    if (wereReady) await Promise.all(servers.map((server) => server.ping()))
    if (!this.clock.isCompared) {
      await within(this.#compareClocks(), COMPARED_WITHIN_MS, this.circuit.runtime).catch(() => {})
    }
  }

  /** One comparison at a time. If it fails, the previous bounds stay, and widen with drift. */
  #compareClocks(): Promise<void> {
    const first = this.ring.servers[0]!
    if (!first.isReady) return Promise.resolve()
    const { connection } = first
    // An answer from before a new connection may be another server's.
    const clock = new ServerClock(this.clock.now)
    this.#comparing ??= this.#compare(first, clock, this.circuit.runtime)
      .then(() => {
        if (first.connection === connection && clock.isCompared) this.clock.adopt(clock)
      })
      .catch(() => {})
      .finally(() => {
        this.#comparing = undefined
        if (this.clock.isCompared || this.#users === 0) return
        this.#cancelComparison = this.circuit.runtime.after(COMPARE_AGAIN_MS, () => void this.#compareClocks())
      })
    return this.#comparing
  }

  #closed(): void {
    // The next connection may reach another memcached process, on another machine.
    this.clock.forget()
    this.pending.requestCatchUp()
    this.circuit.suspend()
  }

  #renew(): void {
    const renewed = this.ring.servers.filter((server) => server.renew())
    if (renewed.length === 0 || this.#silentProbes > PROBES_TO_RENEW) return
    this.warn({
      code: 'CONNECTION_RENEWED',
      message: 'the connections to memcached were renewed: it does not answer',
    })
  }

  #recovered(): void {
    this.#silentProbes = 0
    this.pending.flush()
    this.watchers.sayBack()
  }
}

function bytesReadFrom(servers: readonly MemcachedServer[]): number {
  let bytes = 0
  for (const { connection } of servers) bytes += connection?.bytesRead ?? 0
  return bytes
}

function refusal(command: string, error: unknown) {
  const message = messageOf(error)
  const remedy = /out of memory/.test(message) ? '; give it more with -m, or let it evict (without -M)' : ''
  return { code: 'COMMAND_REFUSED', message: `memcached refuses ${command}: ${message}${remedy}` } as const
}
