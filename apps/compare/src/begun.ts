/** Where a comparison begins: anew from flags, or where one was stopped. */

import { type CompareFlags, chosenComparison } from './choose/chosen-comparison.ts'
import type { Comparison } from './comparison.ts'
import { readComparison } from './read-comparison.ts'
import { newestComparison } from './results-folder.ts'
import { remainingTurns } from './run/run-comparison.ts'
import type { Replay } from './run/run-k6.ts'

export interface Begun {
  readonly config: Comparison['config']
  readonly replay: Replay | undefined
  /** For the user: what was read of a file, or what it goes on with. */
  readonly notes: readonly string[]
  /** Where it is kept and how far it has come, if it goes on. */
  readonly kept?: { readonly folder: string; readonly comparison: Comparison }
}

/** @throws Error that names a flag, its value and what is allowed */
export async function fromFlags(flags: CompareFlags): Promise<Begun> {
  const { BASE_URL } = process.env
  return chosenComparison(flags, BASE_URL ? BASE_URL.split(',').length : 0)
}

/**
 * @param folder default: the newest unfinished one
 * @throws Error where there is none to go on with, or flags were given that would change it
 */
export async function whereItStopped(
  folder: string | undefined,
  { workload, ...others }: CompareFlags,
): Promise<Begun> {
  const given = Object.keys(others)
  if (given.length > 0) throw new Error(`--resume goes on as it was begun; leave out ${given.join(', ')}`)
  const found = folder ?? (await newestComparison('unfinished'))
  const comparison = await readComparison(found)
  const left = remainingTurns(comparison).length
  if (left === 0) throw new Error(`the comparison in ${found} is finished; start another without --resume`)
  const { config } = comparison
  const { trace } = config.workload
  if (workload !== undefined && trace === null) throw new Error('--resume goes on as it was begun; leave out workload')
  return {
    config,
    kept: { folder: found, comparison },
    notes: [`going on with ${found}: ${left} turns to go`],
    replay: trace === null ? undefined : await replayAgain(config, trace, workload),
  }
}

/** The recorded requests themselves are in no result. */
async function replayAgain(
  { workload, warmupMs, measuredMs }: Comparison['config'],
  { file, speed, chosenBy }: NonNullable<Comparison['config']['workload']['trace']>,
  path: string | undefined,
): Promise<Replay | undefined> {
  if (path === undefined) throw new Error(`this comparison replays ${file}; say where it is: --workload FILE`)
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
