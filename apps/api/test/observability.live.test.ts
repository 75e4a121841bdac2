/** The files in `observability` agree with the API's metrics. What Prometheus makes of them: prometheus.live.slow.test.ts. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { findPrometheus, lacksTools } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketLimitsMs } from '../src/telemetry/latency-histogram.ts'
import { outcomes } from '../src/telemetry/totals.ts'
import { alerts, dashboard, metricsIn, panels, pathOf } from './support/observability.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 2 })
})
afterAll(() => api.close())

const scrape = async () => (await api.request('/metrics')).text()

/** The names of the exposed series. */
async function exposedNames(): Promise<Set<string>> {
  const lines = (await scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Set(lines.map((line) => /^\w+/.exec(line)![0]))
}

describe('the dashboard and the alerts', () => {
  const queries = [
    ...panels.flatMap(({ title, targets }) => targets!.map(({ expr }) => [`panel ${title}`, expr] as const)),
    ...dashboard.templating.list.map(({ name, query }) => [`variable ${name}`, query] as const),
    ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ]

  it.each(queries)('%s uses only metrics that the API exposes', async (_, query) => {
    const used = metricsIn(query)
    expect(used).not.toEqual([])
    const exposed = await exposedNames()
    // Prometheus itself adds `up`.
    expect(used.filter((name) => name !== 'up' && !exposed.has(name))).toEqual([])
  })

  it('are read correctly: the metrics of a query, and nothing else', () => {
    expect(
      metricsIn('sum by (a, b) (rate(one_total{c="x_total", d=~"$v"}[$__rate_interval])) / on (a) two > 5'),
    ).toEqual(['one_total', 'two'])
    expect(metricsIn('max(one offset 5m) unless time() - two:three > 1')).toEqual(['one', 'two:three'])
    expect(metricsIn('label_values(one, strategy)')).toEqual(['one'])
  })

  it('are described in docs/running.md: each alert by its name', () => {
    const page = readFileSync(pathOf('../docs/running.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z]\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(alerts.map(({ alert }) => alert))
  })

  it('give each panel a unit and a description', () => {
    for (const { title, description, fieldConfig } of panels) {
      expect(description, title).toMatch(/^[A-Z0-9].+\.$/)
      expect(fieldConfig?.defaults.unit, title).toBeTruthy()
    }
  })
})

describe('posts_api_read_seconds', () => {
  const strategy = 'stampede-lock'
  type Series = { readonly [name: string]: number }

  /** The histogram of one outcome: `bucket 0.001`, `count` and `sum`. */
  function histogramIn(text: string, outcome: string): Series {
    const labels = `strategy="${strategy}",outcome="${outcome}"`
    const line = new RegExp(`^posts_api_read_seconds_(\\w+)\\{${labels}(?:,le="(.+)")?\\} (.+)$`, 'gm')
    const found = [...text.matchAll(line)].map(([, name, le, value]) => [le ? `${name} ${le}` : name!, Number(value)])
    return Object.fromEntries(found)
  }

  it('has every outcome with the same buckets, from 50 µs to 10 s, also before the first read', async () => {
    const text = await scrape()
    expect(text).toContain('# TYPE posts_api_read_seconds histogram')
    const limits = [...bucketLimitsMs.map((ms) => ms / 1_000), '+Inf']
    expect([limits[0], limits.at(-2)]).toEqual([0.000_05, 10])
    for (const outcome of outcomes) {
      expect(Object.keys(histogramIn(text, outcome))).toEqual([...limits.map((le) => `bucket ${le}`), 'sum', 'count'])
    }
  })

  it('counts each read in its bucket and in all above it, and is reset with the other counters', async () => {
    await api.send('POST', '/api/stats/reset', { strategy })
    const { counters } = api.instances.named(strategy)
    for (const ms of [0.2, 0.3, 0.3, 700]) counters.read('hit', ms)
    counters.read('miss', 30)
    const text = await scrape()
    const hits = histogramIn(text, 'hit')
    const ofBuckets = ['0.0001', '0.00025', '0.0005', '0.1', '1', '+Inf'].map((le) => hits[`bucket ${le}`])
    expect(ofBuckets).toEqual([0, 1, 3, 3, 4, 4])
    expect(hits.sum).toBeCloseTo(0.7008, 9)
    expect(hits.count).toBe(4)
    expect(histogramIn(text, 'miss')).toMatchObject({ 'bucket 0.025': 0, 'bucket 0.05': 1, count: 1, sum: 0.03 })
    await api.send('POST', '/api/stats/reset', { strategy })
    expect(histogramIn(await scrape(), 'hit')).toMatchObject({ 'bucket +Inf': 0, count: 0, sum: 0 })
  })

  it('counts as many reads as posts_api_reads_total', async () => {
    for (const id of [1, 1, 2, 1]) await api.request(`/api/posts/${id}?strategy=${strategy}`)
    const text = await scrape()
    for (const outcome of outcomes) {
      const { count } = histogramIn(text, outcome)
      expect(text).toContain(`posts_api_reads_total{strategy="${strategy}",outcome="${outcome}"} ${count}`)
    }
    expect(histogramIn(text, 'hit').count).toBe(2)
  })
})

describe.skipIf(lacksTools('prometheus'))('promtool', () => {
  const { promtool } = findPrometheus() ?? { promtool: '' }

  /** What it complains about; '' if it accepts everything. */
  async function complaintsOf(args: readonly string[], input = ''): Promise<string> {
    const run = promisify(execFile)(promtool, args)
    run.child.stdin!.end(input)
    return run.then(
      ({ stderr }) => stderr,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    )
  }

  it.each([
    ['the configuration and the alerts', ['check', 'config', pathOf('prometheus.yml')]],
    ['the tests of the alerts', ['test', 'rules', pathOf('alerts.test.yml')]],
  ])('accepts %s', async (_, args) => {
    expect(await complaintsOf(args)).toBe('')
  })

  it('accepts the metrics', async () => {
    const complaints = (await complaintsOf(['check', 'metrics'], await scrape()))
      .split('\n')
      .filter((line) => line !== '')
    // The names of prom-client's default metrics are its own, and one breaks a convention.
    expect(complaints.filter((line) => !/^nodejs_active_\w+_total /.test(line))).toEqual([])
  })
})
