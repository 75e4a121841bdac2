/** How long a simulation takes, for `docs/runs/simulation-speed.json`. Each run needs a process of its own. */
import type { StrategyName } from 'strategies'
import { workloads } from 'workload'
import type { TraceRequest } from 'workload/traces'
import { requestsOf } from './requests-of.ts'
import { simulate } from './simulate.ts'
import type { Speed, SpeedLoadName } from './speed-run.ts'

export interface SpeedLoad {
  readonly ttlMs: number
  readonly loadMs: number
  readonly requests: (count: number, seed: number) => TraceRequest[]
}

const popular = workloads['ycsb-b']

function popularPosts(count: number, seed: number): TraceRequest[] {
  const measuredMs = Math.ceil((count * 1_000) / popular.ratePerSecond)
  return [...requestsOf(popular, { seed, warmupMs: 0, measuredMs })]
}

function onceEach(count: number): TraceRequest[] {
  return Array.from({ length: count }, (_, n) => ({ timeMs: n * 5, op: 'read', key: `post:${n}` }))
}

export const speedLoads: Record<SpeedLoadName, SpeedLoad> = {
  popular: { ttlMs: popular.ttlMs, loadMs: 0, requests: popularPosts },
  once: { ttlMs: 60_000, loadMs: 0, requests: onceEach },
  'popular-25ms': { ttlMs: popular.ttlMs, loadMs: 25, requests: popularPosts },
  'once-25ms': { ttlMs: 60_000, loadMs: 25, requests: onceEach },
}

export async function measureSpeed(
  { requests, ttlMs, loadMs }: SpeedLoad,
  strategy: StrategyName,
  count: number,
  seed: number,
): Promise<Speed> {
  const startedAt = performance.now()
  const made = requests(count, seed)
  const requestsS = (performance.now() - startedAt) / 1_000
  const before = process.cpuUsage()
  const { wallMs } = await simulate({ strategy, requests: made, ttlMs, loadMs, seed })
  const { user, system } = process.cpuUsage(before)
  const peakMiB = process.resourceUsage().maxRSS / 1_024
  return { requestsS, simulationS: wallMs / 1_000, cpuS: (user + system) / 1e6, peakMiB }
}
