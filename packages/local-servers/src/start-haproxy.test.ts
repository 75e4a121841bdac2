import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { lacksTools } from './lacks-tools.ts'
import { startHaproxy } from './start-haproxy.ts'

describe.skipIf(lacksTools('haproxy'))('startHaproxy', () => {
  const servers: Server[] = []
  const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  beforeAll(async () => {
    for (const name of ['one', 'other']) {
      const server = createServer((request, response) => {
        response.writeHead(request.url === '/well' || name === 'one' ? 200 : 500).end(name)
      })
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
  })
  afterAll(() => {
    for (const server of servers) server.close()
  })

  it('alternates between servers, and reports which pass their health checks', async () => {
    const [one, other] = servers.map(urlOf) as [string, string]
    const behind = { one, other }
    const proxy = await startHaproxy({ servers: behind, backend: ['option httpchk GET /well'] })
    const answers = await Promise.all(['/a', '/b'].map(async (path) => (await fetch(proxy.url + path)).text()))
    expect(answers.sort()).toEqual(['one', 'other'])
    await expect.poll(proxy.statuses).toEqual({ one: 'UP', other: 'UP' })
    await proxy.stop()
    expect(await refuses(proxy.url)).toBe(true)

    const strict = await startHaproxy({ servers: behind, backend: ['option httpchk GET /ill'] })
    await expect.poll(strict.statuses, { timeout: 5_000 }).toEqual({ one: 'UP', other: 'DOWN' })
    await strict.stop()
  })

  it('rejects with the reason if it does not start', async () => {
    await expect(startHaproxy({ servers: {}, backend: ['no-such-keyword'] })).rejects.toThrow(
      /haproxy on port .*no-such-keyword/s,
    )
  })
})
