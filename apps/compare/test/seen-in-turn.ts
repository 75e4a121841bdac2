/** Observations of a turn, with only the chosen figures. */
import type { ServerCounters } from '../src/observe/server-counters.ts'
import type { Probed } from '../src/run/probe.ts'
import type { K6Figures } from '../src/run/run-k6.ts'

const NO_OUTCOMES = { hits: 0, stale: 0, misses: 0, collapsed: 0, bypassed: 0 }
const NO_LATENCY = { count: 0, p50: null, p90: null, p99: null, p999: null }
const NO_READS = { count: 0, outcomes: NO_OUTCOMES, latencyMs: NO_LATENCY, hitMs: NO_LATENCY, missMs: NO_LATENCY }

interface Chosen {
  readonly byId?: Partial<K6Figures['byId']>
  readonly page?: Partial<K6Figures['page']>
  readonly report?: Partial<K6Figures['report']>
  /** For the whole turn. */
  readonly counters?: Partial<K6Figures['counters']['k6']>
  readonly origin?: K6Figures['origin']
}

export function k6Figures({ byId, page, report, counters, ...more }: Chosen = {}): K6Figures {
  const parts = {
    byId: { ...NO_READS, count: 100, outcomes: { ...NO_OUTCOMES, hits: 100 }, ...byId },
    list: NO_READS,
    page: { ...NO_READS, ...page },
    report: { ...NO_READS, ...report },
  }
  return {
    name: 'a',
    reads: { ...NO_READS, ...summed(Object.values(parts)) },
    ...parts,
    writes: { count: 0, latencyMs: NO_LATENCY },
    stampede: null,
    origin: null,
    ...more,
    counters: { k6: { ...NO_OUTCOMES, reads: 0, writes: 0, ...counters } },
    failures: { total: 0, byKind: {} },
    unfinished: 0,
    dropped: 0,
  }
}

function summed(parts: readonly K6Figures['reads'][]): Pick<K6Figures['reads'], 'count' | 'outcomes'> {
  const names = Object.keys(NO_OUTCOMES) as (keyof typeof NO_OUTCOMES)[]
  const outcomes = Object.fromEntries(
    names.map((name) => [name, parts.reduce((sum, part) => sum + part.outcomes[name], 0)]),
  ) as typeof NO_OUTCOMES
  return { count: parts.reduce((sum, { count }) => sum + count, 0), outcomes }
}

export function probedFigures(chosen: Partial<Probed> = {}): Probed {
  return {
    counts: { reads: 0, writes: 0, hits: 0 },
    failed: 0,
    reads: 100,
    staleReads: 0,
    staleForMs: undefined,
    readYourWritesViolations: 0,
    monotonicReadViolations: 0,
    lostWrites: 0,
    staleness: { writes: 10, windowsMs: [] },
    violations: { counts: {}, schedule: [] },
    ...chosen,
  }
}

export function serverFigures(chosen: Partial<ServerCounters> = {}): ServerCounters {
  return { reads: 1, hits: 0, misses: 0, bypassed: 0, writes: 0, loads: 0, ...chosen }
}
