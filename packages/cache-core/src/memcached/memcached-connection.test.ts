import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { type FakeRuntime, fakeRuntime } from '../testing/index.ts'
import type { CacheWarning } from '../warning.ts'
import type { MemcacheClient, MemcacheNode } from './memcached-client.ts'
import { MemcachedConnection } from './memcached-connection.ts'

/** Longer than a probe waits, and shorter than a connection may take. */
const OPENS_IN_MS = 400

/** A server whose connections open slowly, and which answers unless it is silent. */
class SlowNode extends EventEmitter implements MemcacheNode {
  readonly host = '127.0.0.1'
  readonly port = 11_211
  readonly uri = 'memcache://127.0.0.1:11211'
  readonly hasSaslCredentials = false
  readonly id: string
  readonly #runtime: FakeRuntime
  socket: Socket | undefined
  isSilent = false
  opened = 0
  #isConnected = false

  constructor(id: string, runtime: FakeRuntime) {
    super()
    this.id = id
    this.#runtime = runtime
  }

  isConnected() {
    return this.#isConnected
  }

  async reconnect() {
    this.socket?.destroy()
    let isOpen = true
    const destroy = () => {
      if (isOpen) queueMicrotask(() => this.emit('close'))
      isOpen = false
      this.#isConnected = false
    }
    this.socket = { bytesRead: 0, destroy } as unknown as Socket
    await this.#runtime.sleep(OPENS_IN_MS)
    if (!isOpen) return new Promise<void>(() => {})
    this.opened++
    this.#isConnected = true
  }

  async command(command: string) {
    if (this.isSilent) return new Promise(() => {})
    return command === 'version' ? 'VERSION 1.6.40' : {}
  }
}

it('only connections that fall silent are renewed, and those that open slowly are waited for', async () => {
  const runtime = fakeRuntime()
  const nodes = [new SlowNode('a', runtime), new SlowNode('b', runtime)] as const
  const client = { nodes, hash: { name: 'ketama', getNodesByKey: () => [nodes[0]] }, timeout: 0 } as MemcacheClient
  const warnings: CacheWarning[] = []
  const compare = async () => {}
  const connection = MemcachedConnection.open(client, (warning) => warnings.push(warning), runtime, compare)
  await runtime.advance(1_000)
  expect([connection.circuit.isClosed, nodes.map(({ opened }) => opened)]).toEqual([true, [1, 1]])
  const [a] = nodes
  a.isSilent = true
  const command = connection.circuit.run(() => a.command('mn'), { isInOrder: true }).catch((error: unknown) => error)
  await runtime.advance(10_000)
  expect(await command).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(connection.circuit.isClosed).toBe(false)
  expect(warnings).toEqual([{ code: 'CONNECTION_RENEWED', message: expect.stringContaining('it does not answer') }])
  a.isSilent = false
  await runtime.advance(2_500)
  expect([connection.circuit.isClosed, nodes[1].opened]).toEqual([true, 1])
  connection.close()
})
