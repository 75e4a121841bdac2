/** Private memcached servers of a test, and processes on them. */
import { createConnection } from 'node:net'
import { type MemcachedOptions, type PrivateMemcached, startMemcached } from 'local-servers'
import { Memcache } from 'memcache'
import { afterEach } from 'vitest'
import { encodeEntry } from '../src/entry.ts'
import type { CacheWarning, Store } from '../src/index.ts'
import { memcachedOptions, memcachedStore } from '../src/memcached/index.ts'
import { untilUsable } from './backends.ts'

export const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

export async function serve(options: MemcachedOptions = {}): Promise<PrivateMemcached> {
  const server = await startMemcached(options)
  ends.push(() => server.stop())
  return server
}

export const PREFIX = 'own:'
const LEASE_MS = 10_000
export const request = (token: string, tags: string[] = []) => ({ token, leaseMs: LEASE_MS, seen: undefined, tags })

/** One process: its own client and store. */
export async function open(servers: readonly { port: number }[], onWarning?: (warning: CacheWarning) => void) {
  const client = new Memcache({ nodes: servers.map(({ port }) => `127.0.0.1:${port}`), ...memcachedOptions })
  const store = memcachedStore({ client, prefix: PREFIX, ...(onWarning && { onWarning }) })
  ends.push(async () => {
    await store.close()
    await client.disconnect()
  })
  await untilUsable(store)
  const send = (command: string) => client.nodes[0]!.command(command)
  return { client, store, send }
}

export function entryOf(store: Store, text = 'v1'): Buffer {
  const loadedAt = store.clock.earliest()
  return encodeEntry({ key: 'k', payload: text, loadedAt, freshUntil: loadedAt + 60_000, loadMs: 1, epochs: [] })
}

export const fillIn = async (store: Store, token: string, entry = entryOf(store)) =>
  store.fill('k', { token, entry, expiresAt: store.clock.latest() + 60_000 })

/** Sends over a separate connection. */
export async function aside(port: number, command: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1').setEncoding('latin1')
  socket.write(`${command}\r\nquit\r\n`)
  let answer = ''
  for await (const text of socket as AsyncIterable<string>) answer += text
  return answer
}
