/** Serves the built pages as the API does: with its Content-Security-Policy. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const DIST = join(import.meta.dirname, '../dist')
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

export interface Served {
  readonly url: string
  close(): Promise<void>
}

/** @param changed what a script is replaced by, to test how a page handles other data. */
export async function serveDist(changed: (script: string) => string = (script) => script): Promise<Served> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    const name = normalize(pathname === '/' ? '/index.html' : extname(pathname) === '' ? `${pathname}.html` : pathname)
    try {
      const bytes = await readFile(join(DIST, name))
      const type = TYPES[extname(name)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY })
      response.end(extname(name) === '.js' ? changed(bytes.toString()) : bytes)
    } catch {
      response.writeHead(404).end()
    }
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
