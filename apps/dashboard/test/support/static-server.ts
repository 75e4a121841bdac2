import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { apiReferencePolicy, pagePolicy } from '../../build/csp.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export interface StaticServer {
  readonly url: string
  close(): Promise<void>
}

export interface Served {
  /** For `/openapi.json`. Default none. */
  readonly openApi?: string
  /** What a script is replaced by, to test how a page handles other data. Default: itself. */
  readonly changed?: (script: string) => string
}

/** Serves a folder as the API serves `dist`: `/x` is also `x.html`, with the Content-Security-Policy of each page. */
export async function serveFolder(folder: string, { openApi, changed }: Served = {}): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    response.setHeader('Content-Security-Policy', pathname === '/docs' ? apiReferencePolicy : pagePolicy)
    if (pathname === '/openapi.json' && openApi !== undefined) {
      response.setHeader('Content-Type', 'application/json').end(openApi)
      return
    }
    const path = join(folder, normalize(pathname))
    const file = [path, `${path}.html`].find((one) => existsSync(one) && statSync(one).isFile())
    if (!file) {
      response.writeHead(404).end()
      return
    }
    const bytes = readFileSync(file)
    const isChanged = changed !== undefined && extname(file) === '.js'
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'text/plain')
    response.end(isChanged ? changed(bytes.toString()) : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
