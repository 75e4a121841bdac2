import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it } from 'vitest'
import { listening } from '../../test/support/raw-http.ts'
import { connectionsOf, finishRequests } from './shutdown.ts'

/** More than the buffers of a loopback connection hold. */
const LARGE = Buffer.alloc(64 * 2 ** 20, 'x')

it('sends answers that are under way completely, and closes idle connections', async () => {
  const server = createServer((request, response) => void response.end(request.url === '/large' ? LARGE : 'small'))
  const connections = connectionsOf(server)
  await listening(server)
  const { port } = server.address() as AddressInfo
  const get = async (path: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    return { socket, received: first.length, first }
  }
  const idle = await get('/small')
  const busy = await get('/small')
  const slow = await get('/large')
  const finished = finishRequests(server, connections)
  busy.socket.write('GET /small HTTP/1.1\r\nHost: a\r\n\r\n')
  const [second] = (await once(busy.socket.resume(), 'data')) as [Buffer]
  expect([busy.first, second].map((answer) => /^Connection: (.*)\r$/m.exec(answer.toString())?.[1])).toEqual([
    'keep-alive',
    'close',
  ])
  await once(busy.socket, 'close')
  idle.socket.resume()
  await once(idle.socket, 'close')
  let { received } = slow
  slow.socket.on('data', (chunk) => {
    received += chunk.length
  })
  await once(slow.socket.resume(), 'close')
  expect(received).toBeGreaterThan(LARGE.length)
  await finished
})
