import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'

export interface TcpRelay {
  readonly port: number
  /** From now on nothing gets through, and nobody is told. */
  hold(): void
  close(): Promise<void>
}

/** Stands between a client and a server on this machine. */
export async function tcpRelay(to: number): Promise<TcpRelay> {
  let holds = false
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = dial(to, '127.0.0.1')
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => holds || into.write(bytes))
      from.on('close', () => into.destroy())
      from.on('error', () => into.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    hold() {
      holds = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
