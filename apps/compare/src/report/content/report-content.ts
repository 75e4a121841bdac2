import type { Comparison } from '../../comparison.ts'
import type { Deviation } from '../../theory/deviation.ts'
import { answer } from './answer.ts'
import type { Content } from './content.ts'
import { differences, guarantees, reconciliation, theory } from './evidence.ts'
import { cost, hits, latency, loads, pareto, staleness } from './figures.ts'
import { limits, reproduce, setting } from './setting.ts'

/** The whole content of a report in order: the answer first, then its evidence. */
export function reportContent(
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice: readonly string[] = [],
): Content {
  return {
    title: `Cache strategies compared: ${comparison.config.workload.name}, ${comparison.startedAt.slice(0, 10)}`,
    sections: [
      answer(comparison, deviations, advice),
      pareto(comparison),
      differences(comparison),
      guarantees(comparison),
      latency(comparison),
      hits(comparison),
      loads(comparison),
      staleness(comparison),
      cost(comparison),
      theory(deviations),
      reconciliation(comparison),
      setting(comparison),
      limits(comparison),
      reproduce(comparison),
    ],
  }
}
