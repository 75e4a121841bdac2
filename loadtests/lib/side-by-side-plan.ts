import { type Operation, type Plan, planOf, replayPlan, workloads } from '../../packages/workload/src/index.ts'
import type { RecordingFacts } from './recording.ts'
import type { SideBySideOptions } from './side-by-side-options.ts'

/** The plan for every strategy: the recording, or a plan from the options. */
export function sideBySidePlan(
  config: SideBySideOptions,
  recording: { facts: RecordingFacts; operationAt(n: number): Operation } | null,
): Plan {
  const { seed, warmupMs, durationMs } = config
  if (recording !== null) {
    const { facts, operationAt } = recording
    return replayPlan({ stages: facts.stages, operationAt, inserts: 0, hotId: facts.hotId }, warmupMs)
  }
  const workload = {
    ...workloads['ycsb-c'],
    posts: config.posts,
    ratePerSecond: config.ratePerSecond,
    zipf: config.zipf,
    writeShare: config.writeRatio,
    listShare: config.listRatio,
    pageShare: config.pageRatio,
    reportShare: config.reportRatio,
    insertShare: config.insertRatio,
    readModifyWriteShare: config.rmwRatio,
    popularity: config.popularity,
    crowd: config.crowd,
  }
  return planOf(workload, { seed, warmupMs, measuredMs: durationMs })
}
