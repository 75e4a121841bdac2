import { decodeItem } from '../src/memcached/item.ts'
import type { MemcacheClient, MemcacheNode } from '../src/memcached/memcached-client.ts'
import { MemcachedConnection } from '../src/memcached/memcached-connection.ts'
import { memcachedStoreBy } from '../src/memcached/memcached-store.ts'
import type { Runtime } from '../src/ports/runtime.ts'
import type { Backend, OpenBackend } from './backends.ts'
import type { Line } from './call.ts'
import { traceEntry } from './commands.ts'
import { EmulatedMemcached } from './emulated-memcached.ts'
import type { Scheduler } from './scheduler.ts'
import type { Process } from './step.ts'

const PREFIX = 'explored:'
const SERVER_START = 1_700_000_000_000

/** The memcached store over an emulated memcached, with one connection per process. Each command is a step of the schedule. */
export const memcachedBackend: Backend = {
  name: 'memcached',
  isRemote: true,
  reportsKeyEvents: false,
  maxSteps: 2_500, // each operation is several commands, and each command a step
  open(scheduler) {
    const now = () => SERVER_START + scheduler.time.now
    return openMemcached(scheduler, new EmulatedMemcached(now), now)
  },
}

function openMemcached(scheduler: Scheduler, server: EmulatedMemcached, now: () => number): OpenBackend {
  const nodes = new Map<Process, ScheduledNode>()
  const of = (process: Process) => nodes.get(process)!
  const connectionOf = (process: Process) => MemcachedConnection.of(of(process).client)
  return {
    store(process, runtime, onFailure) {
      const node = new ScheduledNode(scheduler, process, server)
      nodes.set(process, node)
      const onWarning = () => {} // cut connections are expected
      const options = { client: node.client, prefix: PREFIX, runtime: atOnce(runtime), onFailure, onWarning }
      // Connects before the schedule starts.
      return scheduler.as({ name: process.name, process, calls: 0, isUndisturbed: true }, () =>
        memcachedStoreBy(options, async (_server, clock) => {
          const sentAt = clock.now()
          clock.compare(await node.step('compare clocks', now), sentAt)
        }),
      )
    },
    evict(what) {
      if (what === 'everything') {
        for (const name of server.namesUnder(PREFIX)) server.command(`md ${name}`)
        return
      }
      const [kind, name] = what.split(' ') as [string, string]
      server.command(`md ${PREFIX}${kind[0]}:${name}`)
    },
    troubles: {
      setCut: (process, isCut) => of(process).setCut(isCut),
      isCut: (process) => of(process).isCut,
      hasPending: (process) => connectionOf(process)?.pending.of(PREFIX)?.areFlushed === false,
      isAway: (process) => connectionOf(process)?.circuit.isClosed === false,
    },
  }
}

/** Timers with longer intervals are ignored: clock comparisons would keep a schedule from ending, and clocks don't drift here. */
const FOR_EVER_MS = 10_000

/** Runs actions without a delay as microtasks, not as timers. */
function atOnce(runtime: Runtime): Runtime {
  return {
    ...runtime,
    every: (ms, action) => (ms >= FOR_EVER_MS ? () => {} : runtime.every(ms, action)),
    after(ms, action) {
      if (ms > 0) return runtime.after(ms, action)
      let isCancelled = false
      queueMicrotask(() => {
        if (!isCancelled) action()
      })
      return () => {
        isCancelled = true
      }
    },
  }
}

/** One process's connection, whose commands are steps of the schedule. */
class ScheduledNode {
  isCut = false
  readonly client: MemcacheClient
  readonly #scheduler: Scheduler
  readonly #onClose = new Set<() => void>()
  #line: Line
  #socket: { destroy(): void } | undefined

  constructor(scheduler: Scheduler, process: Process, server: EmulatedMemcached) {
    this.#scheduler = scheduler
    this.#line = { process, inOrder: true }
    const open = () => {
      this.#socket = { destroy: () => this.#close() }
    }
    open()
    const node: Omit<MemcacheNode, 'socket'> = {
      id: 'emulated:1',
      host: 'emulated',
      port: 1,
      uri: 'memcache://emulated:1',
      hasSaslCredentials: false,
      isConnected: () => !this.isCut && this.#socket !== undefined,
      reconnect: async () => {
        if (this.isCut) throw new Error('connect ECONNREFUSED')
        this.#line = { ...this.#line } // pending answers of the old connection don't block the new one
        open()
      },
      command: (command) => this.step(wordsOf(command), () => server.command(command), tell),
      on: (event, listener) => event === 'close' && this.#onClose.add(listener as () => void),
      off: (event, listener) => event === 'close' && this.#onClose.delete(listener as () => void),
    }
    const getSocket = () => this.#socket
    Object.defineProperty(node, 'socket', { get: getSocket })
    const nodes = [node as MemcacheNode]
    this.client = { nodes, hash: { name: 'ketama', getNodesByKey: () => nodes }, timeout: 1e9 }
  }

  step<T>(what: string, execute: () => T, trace?: (answer: T) => string): Promise<T> {
    if (this.isCut || this.#socket === undefined) return Promise.reject(new Error('Connection closed'))
    return this.#scheduler.call<T>({ what, execute, line: this.#line, ...(trace && { trace }) })
  }

  setCut(isCut: boolean): void {
    if (isCut === this.isCut) return
    this.isCut = isCut
    if (isCut) this.#close()
  }

  #close(): void {
    if (this.#socket === undefined) return
    this.#socket = undefined
    for (const call of [...this.#scheduler.pending])
      if (call.line === this.#line) call.lose(new Error('Connection closed'))
    const itself = { name: this.#line.process.name, process: this.#line.process, calls: 0 }
    for (const listener of this.#onClose) this.#scheduler.as(itself, listener)
  }
}

/** The command without the parts that differ from run to run. */
function wordsOf(command: string): string {
  const [line = '', text] = command.split('\r\n')
  const words = line.replaceAll(PREFIX, '').replace(/ \d+(?= |$)/, '')
  return text?.includes('\n') ? `${words} with ${itemIn(text)}` : words
}

function tell(answer: unknown): string {
  if (typeof answer === 'string') return answer
  const { values = [] } = answer as { values?: readonly string[] }
  return values.map((text) => (text === '' ? 'a stub' : itemIn(text))).join(', ') || 'nothing'
}

function itemIn(text: string): string {
  const item = decodeItem(text)
  return item === undefined ? 'text' : traceEntry(item.bytes, 'row')
}
