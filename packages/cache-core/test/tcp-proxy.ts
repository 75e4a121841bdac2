import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A proxy in front of a server. The proxy can lose answers, stop reading, and cut connections. */
export class TcpProxy {
  /** While set, new connections are closed immediately. */
  isClosed = false
  /** Number of connections so far. */
  opened = 0
  readonly #server: Server
  readonly #ways = new Map<Socket, { swallowsAnswers: boolean }>()

  static async open(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url))
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  private constructor({ hostname, port }: URL) {
    this.#server = createServer((near) => {
      near.on('error', () => near.destroy())
      if (this.isClosed) return near.destroy()
      this.opened++
      const way = { swallowsAnswers: false }
      this.#ways.set(near, way)
      const far = dial(Number(port), hostname)
      near.on('data', (bytes) => far.write(bytes))
      far.on('data', (bytes) => {
        if (!way.swallowsAnswers) near.write(bytes)
      })
      near.on('close', () => {
        this.#ways.delete(near)
        far.destroy()
      })
      far.on('close', () => near.destroy())
      far.on('error', () => near.destroy())
    })
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** For the current connections: the server runs the commands, but the answers are dropped. */
  swallowAnswers(): void {
    for (const way of this.#ways.values()) way.swallowsAnswers = true
  }

  /** Stops reading from the current clients. Once the buffers between are full, further data stays in the clients. */
  stopReading(): void {
    for (const near of this.#ways.keys()) near.pause()
  }

  /** Ends the current connections. */
  cut(): void {
    for (const near of this.#ways.keys()) near.destroy()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }
}
