/** Starts a comparison from flags, or resumes a stopped one. */

import { type CompareFlags, chosenComparison } from './choose/chosen-comparison.ts'
import type { Comparison } from './comparison.ts'
import { readComparison } from './read-comparison.ts'
import { newestComparison } from './results-folder.ts'
import { remainingTurns } from './run/run-comparison.ts'
import type { Replay } from './run/run-k6.ts'

export interface StartedComparison {
  readonly config: Comparison['config']
  readonly replay: Replay | undefined
  /** For the user: what was read from a file, or what is resumed. */
  readonly notes: readonly string[]
  /** The folder and the finished turns of a resumed comparison. */
  readonly kept?: { readonly folder: string; readonly comparison: Comparison }
}

/** @throws Error that names a flag, its value and the allowed values */
export async function fromFlags(flags: CompareFlags): Promise<StartedComparison> {
  const { BASE_URL } = process.env
  return chosenComparison(flags, BASE_URL ? BASE_URL.split(',').length : 0)
}

/**
 * @param folder default: the newest unfinished comparison
 * @throws Error if there is nothing to resume, or if other flags were given
 */
export async function whereItStopped(
  folder: string | undefined,
  { workload, ...others }: CompareFlags,
): Promise<StartedComparison> {
  const given = Object.keys(others)
  if (given.length > 0) throw new Error(`--resume keeps the original flags; leave out ${given.join(', ')}`)
  const found = folder ?? (await newestComparison('unfinished'))
  const comparison = await readComparison(found)
  const left = remainingTurns(comparison).length
  if (left === 0) throw new Error(`the comparison in ${found} is finished; start a new one without --resume`)
  const { config } = comparison
  const { trace } = config.workload
  if (workload !== undefined && trace === null) throw new Error('--resume keeps the original flags; leave out workload')
  return {
    config,
    kept: { folder: found, comparison },
    notes: [`resuming ${found}: ${left} turns left`],
    replay: trace === null ? undefined : await replayAgain(config, trace, workload),
  }
}

/** Results don't hold the recorded requests, so the file is read again. */
async function replayAgain(
  { workload, warmupMs, measuredMs }: Comparison['config'],
  { file, speed, chosenBy }: NonNullable<Comparison['config']['workload']['trace']>,
  path: string | undefined,
): Promise<Replay | undefined> {
  if (path === undefined) throw new Error(`this comparison replays ${file}; give its path: --workload FILE`)
  const again = await chosenComparison({
    workload: path,
    ttl: `${workload.ttlMs}ms`,
    originDelay: `${workload.originDelayMs}ms`,
    warmup: `${warmupMs}ms`,
    duration: `${measuredMs}ms`,
    speed: String(speed),
    ...chosenBy,
  })
  return again.replay
}
