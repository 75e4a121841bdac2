import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { startTcpProxy, type TcpProxy } from './start-tcp-proxy.ts'

/** Sends its name, then echoes. */
class EchoServer {
  readonly taken: Socket[] = []
  /** Bytes received over all connections. */
  got = 0
  readonly #server: Server

  constructor(name: string) {
    this.#server = createServer((socket) => {
      this.taken.push(socket)
      socket.on('error', () => {})
      socket.write(name)
      socket.on('data', (bytes) => {
        this.got += bytes.length
        socket.write(bytes)
      })
    })
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    for (const socket of this.taken) socket.destroy()
    this.#server.close()
  }
}

/** Collects the bytes received. */
class Client {
  text = ''
  readonly socket: Socket

  constructor({ address }: TcpProxy) {
    const [host, port] = address.split(':') as [string, string]
    this.socket = connect(Number(port), host)
    this.socket.on('error', () => {})
    this.socket.on('data', (bytes) => {
      this.text += bytes
    })
  }

  async until(isEnough: (text: string) => boolean): Promise<string> {
    while (!isEnough(this.text)) await once(this.socket, 'data')
    return this.text
  }
}

let echo: EchoServer
let proxy: TcpProxy
const clients: Client[] = []
beforeEach(async () => {
  echo = new EchoServer('one ')
  proxy = await startTcpProxy(await echo.listen())
})
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await proxy.close()
  echo.close()
})

/** Connects through the proxy and waits for the server's name. */
async function client(name = 'one '): Promise<Client> {
  const made = new Client(proxy)
  clients.push(made)
  await made.until((text) => text === name)
  return made
}

describe('startTcpProxy', () => {
  it('forwards bytes and ends', async () => {
    const one = await client()
    const all = 'x'.repeat(5_000_000)
    const ended = once(one.socket, 'end')
    one.socket.end(all)
    await ended
    expect(one.text).toBe(`one ${all}`)
  })

  it('ends the client’s connection when the server’s breaks, and vice versa', async () => {
    const [one, other] = [await client(), await client()]
    echo.taken[0]!.destroy()
    await once(one.socket, 'close')
    const gone = once(echo.taken[1]!, 'close')
    other.socket.destroy()
    await gone
  })

  it('refuses when there is no server', async () => {
    echo.close()
    const { socket } = new Client(proxy)
    await once(socket, 'close')
  })

  it('silences existing connections in both directions, and forwards new ones', async () => {
    const old = await client()
    proxy.silence()
    old.socket.write('from the client')
    echo.taken[0]!.write('from the server')
    const made = await client()
    made.socket.write('new')
    expect(await made.until((text) => text.endsWith('new'))).toBe('one new')
    expect(old.text).toBe('one ')
    expect(echo.got).toBe('new'.length)
    expect(old.socket.readyState).toBe('open')
  })

  it.each(['end', 'destroy'] as const)('closes a silent connection on %s', async (how) => {
    const { socket } = await client()
    proxy.silence()
    const gone = Promise.all([once(socket, 'close'), once(echo.taken[0]!, 'close')])
    socket[how]()
    await gone
  })

  it('leads new connections elsewhere, and keeps existing ones', async () => {
    const old = await client()
    const other = new EchoServer('two ')
    proxy.leadTo(await other.listen())
    await client('two ')
    old.socket.write('still here')
    expect(await old.until((text) => text.length > 4)).toBe('one still here')
    other.close()
  })

  it('holds answers until they are released, in order', async () => {
    const one = await client()
    proxy.hold()
    for (const word of ['a', 'b', 'c']) one.socket.write(word)
    await once(echo.taken[0]!, 'data')
    while (proxy.heldBytes < 3) await new Promise(setImmediate)
    expect(one.text).toBe('one ')
    proxy.release()
    expect(await one.until((text) => text.length === 7)).toBe('one abc')
    expect(proxy.heldBytes).toBe(0)
  })

  describe('with a limit', () => {
    const BITS_PER_SECOND = 80_000_000
    const HALF_A_MEGABYTE = 500_000

    it('shares the limit between all connections, in each direction', async () => {
      const both = [await client(), await client()]
      proxy.limit(BITS_PER_SECOND)
      const startedAt = performance.now()
      for (const { socket } of both) socket.write('x'.repeat(HALF_A_MEGABYTE))
      await Promise.all(both.map((one) => one.until((text) => text.length === 4 + HALF_A_MEGABYTE)))
      // 1 MB takes 100 ms in each direction, concurrently; a burst may save some of it.
      expect(performance.now() - startedAt).toBeGreaterThan(90)
    })

    it('sends a short answer between the slices of a long one', async () => {
      const [long, short] = [await client(), await client()]
      proxy.limit(BITS_PER_SECOND)
      echo.taken[0]!.write('x'.repeat(HALF_A_MEGABYTE))
      await long.until((text) => text.length > 4)
      echo.taken[1]!.write('short')
      await short.until((text) => text.length > 4)
      expect(long.text.length).toBeLessThan(HALF_A_MEGABYTE)
    })

    it('slows down a fast sender, and buffers little itself', async () => {
      const [greedy, other] = [await client(), await client()]
      proxy.limit(BITS_PER_SECOND)
      let isSent = false
      greedy.socket.write('x'.repeat(30_000_000), () => {
        isSent = true
      })
      for (let i = 0; i < 5; i++) {
        other.socket.write('.')
        await other.until((text) => text.length > 4 + i)
      }
      expect(isSent).toBe(false)
      expect(echo.got).toBeLessThan(5_000_000)
    })
  })

  it('is gone with its connections after close', async () => {
    const { socket } = await client()
    const own = proxy
    const gone = once(socket, 'close')
    await own.close()
    await gone
    expect(await refuses(`http://${own.address}`)).toBe(true)
    proxy = await startTcpProxy(1)
  })
})
