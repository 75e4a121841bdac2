/** Loads that lead a simulation through its branches, for tests of its figures. */
import { type SeededRandom, seededRandom, workloads } from 'workload'
import type { TraceRequest } from 'workload/traces'
import { requestsOf } from '../src/simulation/requests-of.ts'
import type { SimulationOptions } from '../src/simulation/simulate.ts'

export type SimulatedCase = Omit<SimulationOptions, 'strategy'>

const popular = { ...workloads['ycsb-a'], posts: 200 }
const loads = { loadMs: 25, writeMs: 8, ttlMs: 200 }

export const cases: Record<string, () => SimulatedCase> = {
  'popular keys': () => ({
    requests: [...requestsOf(popular, { seed: 3, warmupMs: 1_000, measuredMs: 8_000 })],
    ttlMs: 1_000,
    warmupMs: 1_000,
    seed: 3,
  }),
  'keys read once': () => ({ requests: once(1_000), ttlMs: 1_000, seed: 1 }),
  'keys read once, with time': () => ({ requests: once(1_000), ...loads, maxEntries: 100, seed: 1 }),
  'few keys, loads with time, 3 processes': () => ({
    requests: random(seededRandom(5), { keys: 20, gapMs: 5, writes: 0.1 }),
    ...loads,
    processes: 3,
    maxEntries: 12,
    seed: 5,
  }),
  'loads longer than TTL and lease': () => ({
    requests: random(seededRandom(6), { keys: 4, gapMs: 40, writes: 0.05 }),
    loadMs: 700,
    leaseMs: 50,
    ttlMs: 300,
    processes: 2,
    seed: 6,
  }),
}

/** Any load, with the seed's options. */
export function randomCase(seed: number): SimulatedCase {
  const chance = seededRandom(seed)
  const { pick } = chance
  const load = { keys: 1 + chance.below(60), gapMs: pick([0, 1, 5, 40]), writes: pick([0, 0.02, 0.3]) }
  return {
    requests: random(chance, load),
    ttlMs: pick([5, 50, 200, 1_000]),
    loadMs: pick([0, 0, 3, 25, 700]),
    writeMs: pick([0, 0, 8]),
    leaseMs: pick([10, 50, 2_000]),
    maxEntries: pick([undefined, undefined, 1, 7, 30]),
    processes: pick([1, 1, 2, 4]),
    warmupMs: pick([0, 100]),
    seed,
  }
}

function once(keys: number): TraceRequest[] {
  return Array.from({ length: keys }, (_, n) => ({ timeMs: n * 5, op: 'read', key: `post:${n}` }))
}

interface RandomLoad {
  readonly keys: number
  /** At most, between two requests. */
  readonly gapMs: number
  /** Share of the requests, half of them deletes. */
  readonly writes: number
}

function random({ below, uniform, pick, oneIn }: SeededRandom, { keys, gapMs, writes }: RandomLoad): TraceRequest[] {
  let timeMs = 0
  return Array.from({ length: 400 }, () => {
    timeMs += below(gapMs + 1)
    const op = uniform() < writes ? pick(['write', 'delete'] as const) : 'read'
    const key = `k${Math.min(below(keys), below(keys))}`
    return { timeMs, op, key, ...(oneIn(3) && { sizeBytes: below(5_000) }) }
  })
}
