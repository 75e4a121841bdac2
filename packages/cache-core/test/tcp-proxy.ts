import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A proxy in front of a server. The proxy can lose answers, stop reading, and cut connections. */
export class TcpProxy {
  /** While set, new connections are closed immediately. */
  isClosed = false
  /** Number of connections so far. */
  opened = 0
  readonly #server: Server
  readonly #ways = new Map<Socket, { answerBytes: number }>()

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
      const way = { answerBytes: Number.POSITIVE_INFINITY }
      this.#ways.set(near, way)
      const far = dial(Number(port), hostname)
      near.on('data', (bytes) => far.write(bytes))
      far.on('data', (bytes) => {
        if (way.answerBytes > 0) near.write(bytes.subarray(0, way.answerBytes))
        way.answerBytes -= bytes.length
      })
      near.on('close', () => {
        this.#ways.delete(near)
        far.destroy()
      })
      far.on('close', () => near.destroy())
      far.on('error', () => near.destroy())
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /**
   * For the current connections: the server runs the commands, but the answers are dropped.
   *
   * @param after the bytes of answers that still arrive.
   */
  swallowAnswers(after = 0): void {
    for (const way of this.#ways.values()) way.answerBytes = after
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
