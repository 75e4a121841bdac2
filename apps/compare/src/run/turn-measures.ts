/** From what was seen of one turn to its measures, as docs/measuring.md defines them. */
import type { Turn } from '../comparison.ts'
import type { ServerCounters } from '../observe/server-counters.ts'
import type { Probed } from './probe.ts'
import type { K6Figures } from './run-k6.ts'

/** What was used in the whole turn; undefined: not known. */
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
  readonly server: ServerCounters
  readonly used: Used
  readonly measuredMs: number
}

const CONSISTENT_AFTER_MS = {
  consistentAfter10Ms: 10,
  consistentAfter100Ms: 100,
  consistentAfter1S: 1_000,
  consistentAfter10S: 10_000,
}

export function turnMeasures({ k6, probe, server, used, measuredMs }: SeenInTurn): Turn['measures'] {
  const { byId, list, page, writes } = k6
  const lists = { count: list.count + page.count, hits: list.outcomes.hits + page.outcomes.hits }
  const whole = k6.counters.k6
  const loaded = [byId, list, page].reduce((sum, { outcomes }) => sum + outcomes.misses + outcomes.bypassed, 0)
  const allReads = byId.count + lists.count
  // Loads that no reader waited for: those the server began beyond all that clients saw, over the whole turn.
  const behind = Math.max(0, server.loads - whole.misses - whole.bypassed - probe.loads) / server.reads
  const loadsPerRead = ratio(loaded, allReads, behind)
  const requests = server.reads + server.writes
  const perRequest = (amount: number | undefined) => (amount === undefined ? null : ratio(amount, requests))
  return {
    hitRatio: ratio(byId.outcomes.hits + byId.outcomes.stale, byId.count),
    freshRatio: ratio(byId.outcomes.hits, byId.count),
    servedStaleRatio: ratio(byId.outcomes.stale, byId.count),
    collapsedRatio: ratio(byId.outcomes.collapsed, byId.count),
    readP50Ms: byId.latencyMs.p50,
    readP90Ms: byId.latencyMs.p90,
    readP99Ms: byId.latencyMs.p99,
    readP999Ms: byId.latencyMs.p999,
    hitP50Ms: byId.hitMs.p50,
    hitP99Ms: byId.hitMs.p99,
    missP50Ms: byId.missMs.p50,
    missP99Ms: byId.missMs.p99,
    writeP50Ms: writes.latencyMs.p50,
    writeP99Ms: writes.latencyMs.p99,
    listHitRatio: ratio(lists.hits, lists.count),
    listP50Ms: list.count > page.count ? list.latencyMs.p50 : page.latencyMs.p50,
    loadsPerRead,
    loadsPerSecond: loadsPerRead === null ? null : (loadsPerRead * allReads * 1_000) / measuredMs,
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

function consistency({ writes, windowsMs }: Probed['staleness']) {
  return Object.fromEntries(
    Object.entries(CONSISTENT_AFTER_MS).map(([name, afterMs]) => {
      const late = windowsMs.filter((windowMs) => windowMs > afterMs).length
      return [name, ratio(writes - late, writes)]
    }),
  )
}

function ratio(part: number, whole: number, plus = 0): number | null {
  return whole === 0 ? null : part / whole + plus
}
