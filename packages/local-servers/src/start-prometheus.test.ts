import { describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { lacksTools } from './lacks-tools.ts'
import { startPrometheus } from './start-prometheus.ts'

describe.skipIf(lacksTools('prometheus'))('startPrometheus', () => {
  it('serves under its configuration until it is stopped', async () => {
    const prometheus = await startPrometheus('global: { scrape_interval: 7s }\n')
    const answer = await fetch(`${prometheus.url}/api/v1/status/config`)
    const { data } = (await answer.json()) as { data: { yaml: string } }
    expect(data.yaml).toContain('scrape_interval: 7s')
    await prometheus.stop()
    expect(await refuses(prometheus.url)).toBe(true)
  })

  it('rejects with the reason if it does not start', async () => {
    await expect(startPrometheus('no_such_key: 1\n')).rejects.toThrow(/prometheus on port .*no_such_key/s)
  })
})
