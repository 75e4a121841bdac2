/** Computes the measures of a turn, as docs/measuring.md defines them. */
import type { Turn } from '../comparison.ts'
import type { ServerCounters } from '../observe/server-counters.ts'
import { unseenAfter } from '../unseen-after.ts'
import type { Probed } from './probe.ts'
import type { K6Figures } from './run-k6.ts'

/** Resources that the load used, warm-up included; undefined if unknown. */
export interface Used {
  readonly redisCommands?: number | undefined
  readonly redisBytes?: number | undefined
  readonly bytesPerEntry?: number | null | undefined
  readonly apiCpuMs?: number | undefined
  readonly redisCpuMs?: number | undefined
  readonly postgresCpuMs?: number | undefined
}

export interface SeenInTurn {
  readonly k6: K6Figures
  readonly probe: Probed
  /** Over the load, without the probe. */
  readonly server: ServerCounters
  readonly used: Used
  readonly measuredMs: number
}

const CONSISTENT_AFTER_MS = {
  consistentAfter10Ms: 10,
  consistentAfter100Ms: 100,
  consistentAfter1S: 1_000,
}

export function turnMeasures({ k6, probe, server, used, measuredMs }: SeenInTurn): Turn['measures'] {
  const { reads, byId, list, page, report, writes } = k6
  const hits = ({ outcomes }: K6Figures['reads']) => outcomes.hits + outcomes.stale
  const loaded = reads.outcomes.misses + reads.outcomes.bypassed
  const loadsPerRead = ratio(loaded, reads.count, loadsBehind(k6, server))
  const requests = server.reads + server.writes
  const perRequest = (amount: number | undefined) => (amount === undefined ? null : ratio(amount, requests))
  return {
    hitRatio: ratio(hits(reads), reads.count),
    freshRatio: ratio(reads.outcomes.hits, reads.count),
    servedStaleRatio: ratio(reads.outcomes.stale, reads.count),
    collapsedRatio: ratio(reads.outcomes.collapsed, reads.count),
    waitingPerSecond: ((reads.count - hits(reads)) * 1_000) / measuredMs,
    readP50Ms: reads.latencyMs.p50,
    readP90Ms: reads.latencyMs.p90,
    readP99Ms: reads.latencyMs.p99,
    readP999Ms: reads.latencyMs.p999,
    hitP50Ms: reads.hitMs.p50,
    hitP99Ms: reads.hitMs.p99,
    missP50Ms: reads.missMs.p50,
    missP99Ms: reads.missMs.p99,
    writeP50Ms: writes.latencyMs.p50,
    writeP99Ms: writes.latencyMs.p99,
    postHitRatio: ratio(hits(byId), byId.count),
    postP50Ms: byId.latencyMs.p50,
    listHitRatio: ratio(hits(list) + hits(page), list.count + page.count),
    listP50Ms: list.count > page.count ? list.latencyMs.p50 : page.latencyMs.p50,
    reportHitRatio: ratio(hits(report), report.count),
    reportHitP50Ms: report.hitMs.p50,
    reportMissP50Ms: report.missMs.p50,
    loadsPerRead,
    loadsPerSecond: loadsPerRead === null ? null : (loadsPerRead * reads.count * 1_000) / measuredMs,
    stampedeFactor: k6.stampede?.factor ?? null,
    staleReadRatio: ratio(probe.staleReads, probe.reads),
    staleP50Ms: probe.staleForMs?.p50 ?? 0,
    staleP99Ms: probe.staleForMs?.p99 ?? 0,
    staleMaxMs: probe.staleForMs?.max ?? 0,
    ...consistency(probe.staleness),
    readYourWritesViolations: probe.readYourWritesViolations,
    monotonicReadViolations: probe.monotonicReadViolations,
    lostWrites: probe.lostWrites,
    redisCommandsPerRequest: perRequest(used.redisCommands),
    redisBytesPerRequest: perRequest(used.redisBytes),
    bytesPerEntry: used.bytesPerEntry ?? null,
    apiCpuMs: perRequest(used.apiCpuMs),
    redisCpuMs: perRequest(used.redisCpuMs),
    postgresCpuMs: perRequest(used.postgresCpuMs),
  }
}

/**
 * Background loads per read: loads that the server counted beyond those that k6 saw. Over the whole load this is exact, so
 * it shows whether there are any. The measured phase shows how many, since a warm-up has none before the first entries are old.
 */
function loadsBehind({ origin, reads: { outcomes }, counters }: K6Figures, server: ServerCounters): number {
  const whole = server.loads - counters.k6.misses - counters.k6.bypassed
  if (whole <= 0) return 0
  if (origin === null || origin.reads === 0) return whole / server.reads
  return Math.max(0, origin.loads - outcomes.misses - outcomes.bypassed) / origin.reads
}

function consistency(staleness: Probed['staleness']) {
  return Object.fromEntries(
    Object.entries(CONSISTENT_AFTER_MS).map(([name, afterMs]) => {
      const { share } = unseenAfter([staleness], afterMs)
      return [name, share === null ? null : 1 - share]
    }),
  )
}

function ratio(part: number, whole: number, plus = 0): number | null {
  return whole === 0 ? null : part / whole + plus
}
