/** From the flags of `pnpm compare` to all that a comparison is to be, checked before anything is started. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { peerNames } from 'peers/names'
import { strategyNames } from 'strategies'
import { describeReport, traceFormats } from 'traces'
import { type WorkloadName, workloadNames, workloads } from 'workload'
import type { ComparedWorkload, ComparisonConfig } from '../comparison.ts'
import type { Replay } from '../run/run-k6.ts'
import { RUNS_TO_CLAIM } from '../spread.ts'
import { decimal, names, time, wholeNumber } from './flag-values.ts'
import { addLoadOptions, type LoadFlags, withLoadFlags } from './load-flags.ts'
import { readNamedTrace } from './named-trace.ts'
import { replayedTrace } from './replayed-trace.ts'

export interface CompareFlags extends LoadFlags {
  readonly quick?: true
  readonly workload?: string
  readonly strategies?: string
  readonly peers?: true
  readonly runs?: string
  readonly seed?: string
  readonly warmup?: string
  readonly duration?: string
  readonly speed?: string
  readonly format?: string
}

export interface Chosen {
  readonly config: ComparisonConfig
  readonly replay: Replay | undefined
  /** For the user, before it starts: what was read of a file. */
  readonly notes: readonly string[]
}

/** What is compared when nothing else is said. */
const DEFAULT_WORKLOAD = 'blog'
const QUICK = { runs: 2, measuredMs: 8_000, warmupAtMostMs: 5_000 }
/** Measured for five TTLs after one of warm-up, so that each entry is seen at every age; no more than a minute. */
const FULL = { runs: RUNS_TO_CLAIM, ttls: 5, atLeastMs: 20_000, atMostMs: 60_000, warmupAtMostMs: 30_000 }
const WARMUP_AT_LEAST_MS = 2_000
/**
 * The probe: four posts of its own, each read some 15 times a second and written once or twice, through all processes in
 * turn. Enough for old values to be seen, and little beside the load.
 */
const PROBE = { posts: 4, clients: 4, pauseMs: 50, writeShare: 0.1 }
/** What one process hides (it shares its loads, it knows its own writes) shows between two. */
const API_PROCESSES = 2

export function addCompareOptions(command: Command): Command {
  command
    .option('--quick', `${QUICK.runs} short runs instead of ${FULL.runs}: a first look, no difference is claimed`)
    .option(
      '--workload <name|file>',
      `one of ${workloadNames.join(', ')}, or a trace or access log (default: ${DEFAULT_WORKLOAD})`,
    )
    .option('--strategies <names>', 'with commas between (default: all)')
    .option('--peers', 'measure five other caching libraries beside them')
    .option('--runs <n>', 'how often each strategy is measured')
    .option('--seed <n>', 'another one, other operations and another order (default: 1)')
    .option('--warmup <time>', 'load before anything is measured (default: one TTL)')
    .option('--duration <time>', 'how long each strategy is measured in a run (default: five TTLs)')
    .option('--speed <x>', 'of a trace: so many times as fast as recorded (default: so that it comes to --rate)')
    .option('--format <name>', `of a trace, where it can't be told from the file: ${traceFormats.join(', ')}`)
  return addLoadOptions(command)
}

/**
 * @param theirs how many API processes somebody else has started, 0 for none. Their posts are as many as the workload
 *   says, and the probe takes the last of them for its own.
 * @throws Error that names a flag, its value and what is allowed
 */
export async function chosenComparison(flags: CompareFlags, theirs = 0): Promise<Chosen> {
  const timing = timingOf(flags)
  const { workload, replay, notes } = await chosenWorkload(flags, timing)
  const { ttlMs } = workload
  const { quick } = flags
  const warmupMs = timing.warmupMs ?? clamp(ttlMs, WARMUP_AT_LEAST_MS, (quick ? QUICK : FULL).warmupAtMostMs)
  const config: ComparisonConfig = {
    workload: theirs > 0 ? { ...workload, posts: Math.max(1, workload.posts - PROBE.posts) } : workload,
    strategies: chosenStrategies(flags),
    runs:
      flags.runs === undefined
        ? (quick ? QUICK : FULL).runs
        : wholeNumber('--runs', flags.runs, { min: 1, max: 1_000 }),
    seed: flags.seed === undefined ? 1 : wholeNumber('--seed', flags.seed, { min: 0, max: 2 ** 32 }),
    warmupMs: workload.cold ? 0 : warmupMs,
    measuredMs:
      timing.measuredMs ?? (quick ? QUICK.measuredMs : clamp(FULL.ttls * ttlMs, FULL.atLeastMs, FULL.atMostMs)),
    probe: PROBE,
    apiProcesses: theirs || API_PROCESSES,
  }
  return { config, replay, notes }
}

interface Timing {
  readonly warmupMs: number | undefined
  readonly measuredMs: number | undefined
}

function timingOf({ warmup, duration }: CompareFlags): Timing {
  return {
    warmupMs: warmup === undefined ? undefined : time('--warmup', warmup, { min: 0, max: 600_000 }),
    measuredMs: duration === undefined ? undefined : time('--duration', duration, { min: 1_000, max: 3_600_000 }),
  }
}

async function chosenWorkload(
  flags: CompareFlags,
  timing: Timing,
): Promise<{ workload: ComparedWorkload; replay: Replay | undefined; notes: readonly string[] }> {
  const name = flags.workload ?? DEFAULT_WORKLOAD
  if (isPreset(name)) {
    if (flags.speed !== undefined) throw new Error(`--speed is for traces, and ${name} is none; give --rate`)
    if (flags.format !== undefined) throw new Error(`--format is for traces, and ${name} is none; leave it out`)
    return { workload: { ...withLoadFlags(workloads[name], flags), trace: null }, replay: undefined, notes: [] }
  }
  if (!existsSync(name)) {
    throw new Error(
      `--workload is "${name}"; give one of ${workloadNames.join(', ')}, or a file: there is none of that name`,
    )
  }
  const { ratePerSecond, ttlMs, originDelayMs } = withLoadFlags(workloads[DEFAULT_WORKLOAD], onlyOfTraces(flags))
  const trace = await readNamedTrace(name, flags.format)
  const { workload, replay, notes } = replayedTrace(trace, {
    ratePerSecond,
    ttlMs,
    originDelayMs,
    forMs:
      (timing.warmupMs ?? clamp(ttlMs, WARMUP_AT_LEAST_MS, FULL.warmupAtMostMs)) +
      (timing.measuredMs ?? FULL.ttls * ttlMs),
    speed: flags.speed === undefined ? undefined : decimal('--speed', flags.speed, { min: 0.001, max: 1e9 }),
  })
  return { workload, replay, notes: [describeReport(trace.report), ...notes] }
}

/** A trace says itself what is read and written. */
function onlyOfTraces(flags: CompareFlags): LoadFlags {
  const { rate, ttl, originDelay } = flags
  const useless = (
    ['posts', 'zipf', 'writeShare', 'listShare', 'pageShare', 'insertShare', 'readModifyWriteShare'] as const
  ).find((flag) => flags[flag] !== undefined)
  if (useless !== undefined)
    throw new Error(`--workload is a file, which says itself what is read and written; leave out ${useless}`)
  return {
    ...(rate !== undefined && { rate }),
    ...(ttl !== undefined && { ttl }),
    ...(originDelay !== undefined && { originDelay }),
  }
}

function chosenStrategies({ strategies, peers }: CompareFlags): string[] {
  const chosen =
    strategies === undefined ? [...strategyNames] : names('--strategies', strategies, [...strategyNames, ...peerNames])
  return [...new Set([...chosen, ...(peers ? peerNames : [])])]
}

function isPreset(name: string): name is WorkloadName {
  return (workloadNames as readonly string[]).includes(name)
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
