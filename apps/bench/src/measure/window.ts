import type { Redis } from 'ioredis'
import { quantilesOf } from 'workload'
import { allocatedBytes } from './allocated-bytes.ts'
import type { Contestant } from './contestant.ts'
import { drive, driveTimed } from './drive.ts'
import type { Figures } from './figures.ts'
import { callsBetween, commandCounts } from './redis-commands.ts'

export interface Measured {
  readonly figures: Figures
  /** Redis commands per operation. */
  readonly byCommand: Readonly<Record<string, number>>
}

/** Latencies and allocations are measured in windows of their own, of this share: they would slow the timed one. */
const SHARE = 4
const LEAST_OPS = 64
const shorter = (ops: number) => Math.min(ops, Math.max(LEAST_OPS, Math.ceil(ops / SHARE)))

/**
 * Starts each window with an empty young generation, if Node runs with --expose-gc. Not with a full collection: that also discards
 * compiled code, and made a hit of cache-core four times as slow, but the floor's no slower.
 */
const collect = () => void globalThis.gc?.({ type: 'minor', execution: 'sync' })

/** One round of one contestant: its figures per operation. */
export async function measureWindow(contestant: Contestant, ops: number, redis: Redis): Promise<Measured> {
  await contestant.prepare()
  collect()
  const loadsBefore = contestant.loads()
  const before = await commandCounts(redis)
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await drive(contestant, 0, ops)
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  const { calls, byCommand } = callsBetween(before, await commandCounts(redis))
  const loads = contestant.loads() - loadsBefore

  await contestant.prepare()
  const latency = quantilesOf(await driveTimed(contestant, 0, shorter(ops)))

  await contestant.prepare()
  collect()
  const bytes = await allocatedBytes(() => drive(contestant, 0, shorter(ops)))

  return {
    figures: {
      wallUs: (wallMs * 1_000) / ops,
      cpuUs: (user + system) / ops,
      p50Us: latency(0.5),
      p99Us: latency(0.99),
      bytes: Math.max(0, bytes / shorter(ops)),
      commands: calls / ops,
      loads: loads / ops,
    },
    byCommand: Object.fromEntries(Object.entries(byCommand).map(([name, count]) => [name, count / ops])),
  }
}

/** Warms the contestant up for at least `windowMs`, and finds the number of operations that take about that long. */
export async function opsPerWindow(contestant: Contestant, windowMs: number): Promise<number> {
  const { inFlight, maxOps } = contestant
  const enoughMs = windowMs / 2
  let warmMs = 0
  for (let ops = Math.min(inFlight, maxOps); ; ops = Math.min(ops * 4, maxOps)) {
    await contestant.prepare()
    const startedAt = performance.now()
    await drive(contestant, 0, ops)
    const wallMs = performance.now() - startedAt
    warmMs += wallMs
    if (warmMs < windowMs || (wallMs < enoughMs && ops < maxOps)) continue
    return Math.max(Math.min(inFlight, maxOps), Math.min(maxOps, Math.round((ops * windowMs) / wallMs)))
  }
}
