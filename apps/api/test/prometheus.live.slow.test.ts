/** A real Prometheus, with the configuration from the repository, runs every query of the dashboard against a started API. */
import { readFileSync } from 'node:fs'
import { type ApiProcess, lacksTools, type Prometheus, type ScratchDatabase, startPrometheus } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { alerts, panels, pathOf } from './support/observability.ts'
import { scratchPosts } from './support/scratch-posts.ts'
import { startApi } from './support/start-api.ts'

const STRATEGY = 'write-through'
const POSTS = 20
/** A rate needs two scrapes, and the first counts of a series must not be its first scrape. */
const WITHIN = { timeout: 30_000, interval: 250 }

describe.skipIf(lacksTools('prometheus'))('Prometheus', () => {
  let scratch: ScratchDatabase
  let api: ApiProcess
  let prometheus: Prometheus
  beforeAll(async () => {
    scratch = await scratchPosts(POSTS, [STRATEGY])
    api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL })
    prometheus = await startPrometheus(configurationFor(api.url))
  })
  afterAll(async () => {
    await prometheus?.stop()
    await api?.kill()
    await scratch?.drop()
  })

  /** The repository's, with the target and the paths of this machine, and with more scrapes. */
  function configurationFor(url: string): string {
    const configuration = parse(readFileSync(pathOf('prometheus.yml'), 'utf8'))
    configuration.global = { scrape_interval: '500ms', evaluation_interval: '500ms' }
    configuration.rule_files = configuration.rule_files.map(pathOf)
    configuration.scrape_configs[0].static_configs[0].targets = [new URL(url).host]
    return stringify(configuration)
  }

  async function ask<Data>(path: string): Promise<Data> {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}`)
    const { data, error } = (await answer.json()) as { data: Data; error?: string }
    if (error !== undefined) throw new Error(`${path}: ${error}`)
    return data
  }

  interface Sample {
    readonly metric: Record<string, string>
    readonly value: readonly [seconds: number, value: string]
  }

  /** The result of a dashboard's query, by its labels: with the variables that Grafana replaces. */
  async function resultOf(query: string, strategy: string): Promise<Map<string, number>> {
    const replaced = query.replaceAll('$strategy', strategy).replaceAll('$__rate_interval', '15s')
    expect(replaced).not.toContain('$')
    const { result } = await ask<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(replaced)}`)
    return new Map(result.map(({ metric, value }) => [Object.values(metric).join(), Number(value[1])]))
  }

  /** One miss and two hits. */
  async function readSome(): Promise<void> {
    const of = (strategy: string) => `${api.url}/api/posts/1?strategy=${strategy}`
    const invalidated = await fetch(`${api.url}/api/cache/invalidate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ strategy: STRATEGY, keys: ['post:1'] }),
    })
    expect(invalidated.status).toBe(200)
    for (const url of [of(STRATEGY), of(STRATEGY), of(STRATEGY)]) expect((await fetch(url)).status).toBe(200)
  }

  it('reaches the API', async () => {
    const targets = async () => {
      const { activeTargets } = await ask<{ activeTargets: { health: string; lastError: string }[] }>('targets')
      return activeTargets.map(({ health, lastError }) => ({ health, lastError }))
    }
    await expect.poll(targets, WITHIN).toEqual([{ health: 'up', lastError: '' }])
  })

  it('has data for every panel of the dashboard', async () => {
    // Its only series are those of write-behind.
    const strategyOf = (title: string) => (/^(Write-behind|Dead letters)/.test(title) ? 'write-behind' : STRATEGY)
    for (const { title, targets } of panels) {
      for (const { expr, legendFormat } of targets!) {
        const finite = async () => {
          await readSome()
          const result = await resultOf(expr, strategyOf(title))
          return [...result].filter(([, value]) => Number.isFinite(value)).map(([labels]) => labels)
        }
        const perStrategy = legendFormat === '{{strategy}}'
        await expect
          .poll(finite, { ...WITHIN, message: `${title}: ${expr}` })
          .toEqual(perStrategy ? [strategyOf(title)] : expect.arrayContaining([expect.any(String)]))
      }
    }
  })

  it('computes the hit ratio and the quantiles of the reads that it scraped', async () => {
    const figure = async (title: string) => {
      await readSome()
      const { expr } = panels.find((panel) => panel.title === title)!.targets![0]!
      return (await resultOf(expr, STRATEGY)).get(STRATEGY)
    }
    // One of three reads misses. Scrapes fall between the reads of one call.
    await expect.poll(() => figure('Hit ratio'), WITHIN).toBeCloseTo(2 / 3, 1)
    const [hits, waiting] = [await figure('Hits, p50'), await figure('Waiting reads, p50')]
    expect(hits).toBeGreaterThan(0)
    expect(waiting).toBeGreaterThan(hits!)
    expect(waiting).toBeLessThan(10)
  })

  it('has data for all strategies with the variable at All', async () => {
    const { expr } = panels.find(({ title }) => title === 'Loads')!.targets![0]!
    const strategies = async () => [...(await resultOf(expr, '.*')).keys()].sort()
    const known = (await (await fetch(`${api.url}/api/strategies`)).json()) as { name: string }[]
    await expect.poll(strategies, WITHIN).toEqual(known.map(({ name }) => name).sort())
  })

  it('evaluates every alert, and none fires', async () => {
    type Rule = { name: string; health: string; lastError?: string; state: string }
    const rules = async () =>
      (await ask<{ groups: { rules: Rule[] }[] }>('rules')).groups.flatMap((group) => group.rules)
    const expected = alerts.map(({ alert }) => ({ name: alert, health: 'ok', state: 'inactive' }))
    const shown = async () => (await rules()).map(({ name, health, state }) => ({ name, health, state }))
    await expect.poll(shown, WITHIN).toEqual(expected)
  })
})
