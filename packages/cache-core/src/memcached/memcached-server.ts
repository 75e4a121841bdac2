import type { Socket } from 'node:net'
import { messageOf } from '../errors.ts'
import { type Runtime, within } from '../ports/runtime.ts'
import type { Circuit } from '../resilience/circuit.ts'
import type { MemcacheNode } from './memcached-client.ts'

const CONNECT_WITHIN_MS = 1_000
/** A connection slower than this, in bytes per millisecond, is too slow for large entries: 16 Mbit/s. */
const SLOWEST_UPLOAD = 2_000
const LARGE_CHARACTERS = 16 * 1024
/** The first version with the meta commands in their current form. */
const OLDEST = [1, 6, 10]

/** A server's refusal of a command. */
const REFUSAL = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR)/

export const isRefusal = (error: unknown) => REFUSAL.test(messageOf(error))

/** The answer to a meta command: `HD` done, `EN` and `NF` not found, `NS` not stored, `EX` another CAS. */
export interface MetaAnswer {
  readonly isDone: boolean
  /** Requested with the flag `c`. `undefined`: nothing was found, or nothing was stored. */
  readonly cas: string | undefined
}

/** One server, through the client's meta commands. Each command goes through the circuit. */
export class MemcachedServer {
  readonly node: MemcacheNode
  /** The largest item that the server keeps, in bytes, including name and overhead. */
  largestItem = Number.POSITIVE_INFINITY
  readonly #runtime: Runtime
  readonly #isInOrder: boolean
  #circuit: Circuit | undefined
  #checked: Socket | undefined
  #connecting: Promise<void> | undefined
  /** Whether the last ping has no answer. */
  #isSilent = false

  /** @param isInOrder whether it is the only server, so that all answers come over one connection. */
  constructor(node: MemcacheNode, isInOrder: boolean, runtime: Runtime) {
    this.node = node
    this.#isInOrder = isInOrder
    this.#runtime = runtime
  }

  standBehind(circuit: Circuit): void {
    this.#circuit = circuit
  }

  /** The current connection. */
  get connection(): Socket | undefined {
    return this.node.socket
  }

  get isReady(): boolean {
    return this.node.isConnected() && this.node.socket === this.#checked
  }

  /** Connects if necessary, and checks that the server is usable. */
  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve()
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async ping(): Promise<void> {
    this.#isSilent = true
    await this.node.command('version')
    this.#isSilent = false
  }

  /**
   * Ends a connection whose last ping has no answer, so that `ready` opens another one. A connection that is being opened has a limit
   * of its own, and may need longer than a probe waits.
   *
   * @returns whether it has ended one.
   */
  renew(): boolean {
    if (!this.isReady || !this.#isSilent) return false
    this.#end()
    return true
  }

  async stats(kind = ''): Promise<Record<string, string>> {
    return (await this.node.command(`stats ${kind}`.trim(), { isStats: true })) as Record<string, string>
  }

  /** Sends a meta command. Commands sent in one tick of the event loop go out together, and run in this order. */
  async meta(line: string, data?: string): Promise<MetaAnswer> {
    const command = data === undefined ? line : `${line}\r\n${data}`
    const answer = (await this.#run(line.slice(0, 2), command.length, () => this.node.command(command))) as string
    return { isDone: answer.startsWith('HD'), cas: / c([1-9]\d*)/.exec(answer)?.[1] }
  }

  /** Stores `data`, if the flags allow it. Asks for the new CAS. */
  store(name: string, data: string, ttlSeconds: number, flags = ''): Promise<MetaAnswer> {
    return this.meta(`ms ${name} ${Buffer.byteLength(data)} c T${ttlSeconds} ${flags}`.trimEnd(), data)
  }

  /** The items under these names. */
  async get(names: string[]): Promise<ReadonlyMap<string, string>> {
    const options = { isMultiline: true, requestedKeys: names }
    const answer = await this.#run('get', 0, () => this.node.command(`get ${names.join(' ')}`, options))
    const { values = [], foundKeys } = answer as { values?: string[]; foundKeys: string[] }
    return new Map(foundKeys.map((name, i) => [name, values[i]!]))
  }

  #run(name: string, characters: number, send: () => Promise<unknown>): Promise<unknown> {
    const transferMs = characters < LARGE_CHARACTERS ? 0 : characters / SLOWEST_UPLOAD
    return this.#circuit!.run(send, { name, isInOrder: this.#isInOrder, transferMs })
  }

  async #connect(): Promise<void> {
    try {
      await within(this.#connectAndCheck(), CONNECT_WITHIN_MS, this.#runtime)
    } catch (error) {
      this.#end()
      throw error
    }
  }

  async #connectAndCheck(): Promise<void> {
    const { node } = this
    // Not `connect`, which would continue a reply that the last connection left incomplete.
    await node.reconnect()
    const socket = node.socket
    const version = String(await node.command('version')).replace('VERSION ', '')
    if (isOlder(version)) throw new Error(`${node.id} is memcached ${version}; the cache needs 1.6.10 or later`)
    const { cas_enabled: cas, item_size_max: largest } = await this.stats('settings')
    if (cas === 'no') throw new Error(`${node.id} runs without CAS, which guards the cache; start it without -C`)
    if (largest !== undefined) this.largestItem = Number(largest)
    this.#checked = socket
    this.#isSilent = false
  }

  /** Not by the client's `disconnect`, after which its `reconnect` would keep a partly read reply. */
  #end(): void {
    this.connection?.destroy()
  }
}

function isOlder(version: string): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [i, oldest] of OLDEST.entries()) {
    if ((numbers[i] ?? 0) !== oldest) return (numbers[i] ?? 0) < oldest
  }
  return false
}
