import { shiftedClock } from 'local-servers'
import type { Drill } from '../drill.ts'
import { readMetrics } from '../resources.ts'

const TTL_MS = 400

export const clocksApart: Drill = {
  name: 'clocks-apart',
  fault: `the clock of one API process is an hour ahead; entries last ${TTL_MS} ms`,
  holds: 'both serve hits; no stale reads, and under cache-aside none beyond the TTL',
  strategies: ['cache-aside', 'manual-invalidation', 'write-through', 'stampede-lock'],
  apis: () => [{ CACHE_TTL_MS: String(TTL_MS) }, { CACHE_TTL_MS: String(TTL_MS), ...shiftedClock('+1h') }],
  async inject({ apis, strategies, load }) {
    const shown = await Promise.all(
      apis.map(async ({ url }) => Date.parse((await fetch(`${url}/healthz`)).headers.get('Date')!)),
    )
    const apartMs = shown[1]! - shown[0]!
    if (Math.abs(apartMs - 3_600_000) > 10_000) throw new Error(`the clocks are ${apartMs} ms apart, not an hour`)
    const before = await Promise.all(apis.map(({ url }) => hitsOf(url, strategies)))
    await load.more(1_500)
    const after = await Promise.all(apis.map(({ url }) => hitsOf(url, strategies)))
    const hits = after.map((now, api) => now.map((count, i) => count - before[api]![i]!))
    if (hits.flat().some((count) => count < 20))
      throw new Error(`too few hits, by process and strategy: ${JSON.stringify(hits)}`)
  },
}

async function hitsOf(url: string, strategies: readonly string[]): Promise<number[]> {
  const metrics = await readMetrics(url)
  return strategies.map((name) => metrics.get(`posts_api_reads_total{strategy="${name}",outcome="hit"}`) ?? 0)
}
