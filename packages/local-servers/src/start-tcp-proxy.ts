import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { Lane, TcpLink } from './tcp-link.ts'

/** A proxy to a server on this machine that can inject faults. By default it forwards everything. */
export interface TcpProxy {
  /** `127.0.0.1:PORT`, to be used instead of the server's own address. */
  readonly address: string
  /** Existing connections fall silent: bytes in both directions are dropped, and nothing is closed. New connections work. */
  silence(): void
  /** New connections lead to the server on this port. Existing ones stay. */
  leadTo(port: number): void
  /** Holds the server's answers until `release`. */
  hold(): void
  /** Bytes held; at most about 64 kB per connection. */
  readonly heldBytes: number
  release(): void
  /** All connections share this bandwidth in each direction from now on. A faster sender is slowed down. */
  limit(bitsPerSecond: number): void
  /** Ends all connections and accepts no new ones. */
  close(): Promise<void>
}

/**
 * Starts a TCP proxy in this process, on a free loopback port. Unlike Toxiproxy it treats existing and new connections separately
 * and has one limit for all connections together.
 *
 * @param port of the server on the loopback address
 */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  let leadsTo = port
  const up = new TcpLink()
  const down = new TcpLink()
  const connections = new Set<{ near: Socket; lanes: Lane[] }>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = dial({ port: leadsTo, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const connection = { near, lanes: [new Lane(near, far, up), new Lane(far, near, down)] }
    connections.add(connection)
    near.on('close', () => connections.delete(connection))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence() {
      for (const { lanes } of connections) for (const lane of lanes) lane.silence()
    },
    leadTo(other) {
      leadsTo = other
    },
    hold: () => down.hold(true),
    get heldBytes() {
      return down.waitingBytes
    },
    release: () => down.hold(false),
    limit(bitsPerSecond) {
      up.limit(bitsPerSecond)
      down.limit(bitsPerSecond)
    },
    async close() {
      for (const { near } of connections) near.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
