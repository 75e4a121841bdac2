/**
 * Load over keep-alive connections that costs the machine little: raw sockets, and an answer is parsed only as far as needed to
 * know that it succeeded and where it ends. Each connection has one request in flight.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
/** Less than a Node server keeps an idle connection open. */
const MAX_IDLE_MS = 2_000

export class HttpLoad {
  readonly #port: number
  readonly #count: number
  readonly #path: (nth: number) => string
  #connections: readonly Connection[] = []
  #usedAt = Number.NEGATIVE_INFINITY
  #sent = 0

  /** @param path that of the nth request */
  constructor(port: number, connections: number, path: (nth: number) => string) {
    this.#port = port
    this.#count = connections
    this.#path = path
  }

  /** Opens the connections, unless they were used a moment ago. */
  async open(): Promise<void> {
    if (performance.now() - this.#usedAt < MAX_IDLE_MS) return
    this.close()
    this.#connections = await Promise.all(Array.from({ length: this.#count }, () => Connection.to(this.#port)))
  }

  /** Sends so many requests; `open` it before. @throws Error for an answer other than 200 */
  async send(requests: number): Promise<void> {
    let left = requests
    const work = async (connection: Connection) => {
      while (left-- > 0) await connection.get(this.#path(this.#sent++))
    }
    await Promise.all(this.#connections.map(work))
    this.#usedAt = performance.now()
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }
}

class Connection {
  readonly #socket: Socket
  #answered: PromiseWithResolvers<void> | undefined
  #head: Buffer | undefined
  /** Of the body; undefined while the head is incomplete. */
  #bytesLeft: number | undefined

  static async to(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    await once(socket, 'connect')
    return new Connection(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#answered?.reject(error))
    socket.on('close', () => this.#answered?.reject(new Error('the server closed the connection')))
  }

  get(path: string): Promise<void> {
    this.#answered = Promise.withResolvers()
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    return this.#answered.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    let bodyBytes = chunk.length
    if (this.#bytesLeft === undefined) {
      const head = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk])
      const end = head.indexOf(HEAD_END)
      this.#head = head
      if (end === -1) return
      const text = head.toString('latin1', 0, end)
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
      if (!text.startsWith('HTTP/1.1 200 ') || length === undefined) {
        this.#answered?.reject(new Error(`not the answer to measure: ${text}`))
        return
      }
      bodyBytes = head.length - end - HEAD_END.length
      this.#bytesLeft = Number(length)
    }
    this.#bytesLeft -= bodyBytes
    if (this.#bytesLeft > 0) return
    this.#bytesLeft = undefined
    this.#head = undefined
    this.#answered?.resolve()
  }
}
