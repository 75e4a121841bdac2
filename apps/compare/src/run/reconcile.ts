import type { Turn } from '../comparison.ts'
import type { ServerCounters } from '../observe/server-counters.ts'
import type { Probed } from './probe.ts'
import type { K6Figures } from './run-k6.ts'

/**
 * Whether the counts of load and probe add up exactly to those of the server, so that no other client used it. Null if an
 * operation was cut off or failed: the server may or may not have counted it.
 */
export function reconcile(k6: K6Figures, probe: Probed, server: ServerCounters): Turn['account'] {
  const { reads, writes, hits } = k6.counters.k6
  const asked = {
    reads: reads + probe.counts.reads,
    writes: writes + probe.counts.writes,
    hits: hits + probe.counts.hits,
  }
  const complete = k6.unfinished === 0 && k6.failures.total === 0 && probe.failed === 0
  const same = asked.reads === server.reads && asked.writes === server.writes && asked.hits === server.hits
  return {
    k6: { reads, writes, hits },
    probe: probe.counts,
    server: { reads: server.reads, writes: server.writes, hits: server.hits },
    agree: complete ? same : null,
  }
}
