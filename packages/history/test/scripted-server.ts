/** An HTTP server whose answers a test defines. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ScriptedServer {
  readonly url: string
  close(): Promise<void>
}

export async function scriptedServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ScriptedServer> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The posts API in a few lines: versions in memory, no cache. */
export function tinyPosts(): (request: IncomingMessage, response: ServerResponse) => void {
  const versions = new Map<number, number>()
  return (request, response) => {
    const id = Number(/posts\/(\d+)/.exec(request.url!)?.[1])
    if (request.method === 'PATCH') versions.set(id, (versions.get(id) ?? 1) + 1)
    response.setHeader('X-Cache', 'BYPASS')
    response.end(JSON.stringify({ id, version: versions.get(id) ?? 1 }))
  }
}
