import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A way to a server on which answers can be lost, nothing be taken any more, and which can be cut. */
export class TcpProxy {
  /** New connections end at once. */
  isClosed = false
  /** How many connections there have been. */
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

  /** On the connections there are: the server runs what it is sent, and nobody hears of it. */
  swallowAnswers(): void {
    for (const way of this.#ways.values()) way.swallowsAnswers = true
  }

  /** Takes nothing more from the clients there are: what they write stays with them, once the buffers between are full. */
  stopReading(): void {
    for (const near of this.#ways.keys()) near.pause()
  }

  /** Ends the connections there are. */
  cut(): void {
    for (const near of this.#ways.keys()) near.destroy()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }
}
