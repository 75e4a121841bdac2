/** Turns the flags of `pnpm compare` into a complete configuration, checked before anything starts. */
import { decimal, names, wholeNumber } from 'command-line'
import type { Command } from 'commander'
import { peerNames } from 'peers/names'
import { strategyNames } from 'strategies'
import { shareNames, type WorkloadName, workloadNames, workloads } from 'workload'
import { describeReport } from 'workload/traces'
import type { ComparedWorkload, ComparisonConfig } from '../comparison.ts'
import type { Replay } from '../run/run-k6.ts'
import { addLoadOptions, type LoadFlags, withLoadFlags } from './load-flags.ts'
import { readNamedTrace } from './named-trace.ts'
import { presetOrFile } from './preset-or-file.ts'
import { replayedTrace } from './replayed-trace.ts'
import { addTraceOptions, givenTraceFlags, refuseTraceFlags, type TraceFlags, traceOptions } from './trace-flags.ts'
import { FULL, QUICK, type TimeFlags, type TurnTimes, turnTimes, withinTrace } from './turn-times.ts'

export interface CompareFlags extends LoadFlags, TimeFlags, TraceFlags {
  readonly workload?: string
  readonly strategies?: string
  readonly peers?: true
  readonly runs?: string
  readonly seed?: string
  readonly speed?: string
}

export interface Chosen {
  readonly config: ComparisonConfig
  readonly replay: Replay | undefined
  /** For the user, before it starts: what was read from a file. */
  readonly notes: readonly string[]
}

const DEFAULT_WORKLOAD = 'blog'
/** Long enough for 6 races of each raced post, and for a quiet post to be stale for nearly the default load's TTL. */
const PROBE = { racedPosts: 4, quietPosts: 2, readersPerPost: 2, durationMs: 6_000 }
const PROBE_POSTS = PROBE.racedPosts + PROBE.quietPosts
/** As many as the demo has. Reports and lists cover all of them, even if the load reads fewer posts by id. */
const ROWS = 10_000
/** One process shares its loads and knows its own writes; some races show only between two. */
const API_PROCESSES = 2

export function addCompareOptions(command: Command): Command {
  command
    .option(
      '--quick',
      `${QUICK.runs} runs instead of ${FULL.runs}, and a warm-up of ${QUICK.warmupMs / 1_000} s: a first look, no difference is claimed`,
    )
    .option(
      '--workload <name|file>',
      `one of ${workloadNames.join(', ')}, or a trace or access log (default: ${DEFAULT_WORKLOAD})`,
    )
    .option('--strategies <names>', 'separated by commas (default: all)')
    .option('--peers', 'also measure 5 other caching libraries')
    .option('--runs <n>', 'how often each strategy is measured')
    .option('--seed <n>', 'another seed gives other operations and another order (default: 1)')
    .option('--warmup <time>', 'load before anything is measured (default: one TTL, at least 10 s)')
    .option('--duration <time>', 'how long each strategy is measured in a run (default: two TTLs, at least 10 s)')
    .option('--speed <x>', 'of a trace: a factor on the recorded speed (default: the one that gives --rate)')
  return addLoadOptions(addTraceOptions(command))
}

/**
 * @param theirs the number of external API processes, 0 for none. They are assumed to have 10,000 posts, or as many as
 *   the workload if that is more. The probe's posts are among them.
 * @throws Error that names a flag, its value and the allowed values
 */
export async function chosenComparison(flags: CompareFlags, theirs = 0): Promise<Chosen> {
  const { workload, times, replay, notes } = await chosenWorkload(flags)
  const config: ComparisonConfig = {
    workload: theirs > 0 ? leavingPostsToTheProbe(workload) : workload,
    strategies: chosenStrategies(flags),
    runs:
      flags.runs === undefined
        ? (flags.quick ? QUICK : FULL).runs
        : wholeNumber('--runs', { min: 1, max: 1_000 })(flags.runs),
    seed: flags.seed === undefined ? 1 : wholeNumber('--seed', { min: 0, max: 2 ** 32 })(flags.seed),
    ...times,
    probe: PROBE,
    rows: theirs > 0 ? null : Math.max(ROWS, workload.posts) + PROBE_POSTS,
    apiProcesses: theirs || API_PROCESSES,
  }
  return { config, replay, notes }
}

function leavingPostsToTheProbe(workload: ComparedWorkload): ComparedWorkload {
  return { ...workload, posts: Math.min(workload.posts, Math.max(ROWS, workload.posts) - PROBE_POSTS) }
}

interface ChosenWorkload {
  readonly workload: ComparedWorkload
  readonly times: TurnTimes
  readonly replay: Replay | undefined
  readonly notes: readonly string[]
}

async function chosenWorkload(flags: CompareFlags): Promise<ChosenWorkload> {
  const name = flags.workload ?? DEFAULT_WORKLOAD
  const preset = presetOrFile(name)
  return preset === undefined ? chosenTrace(name, flags) : chosenPreset(preset, flags)
}

function chosenPreset(name: WorkloadName, flags: CompareFlags): ChosenWorkload {
  if (flags.speed !== undefined) throw new Error(`--speed is for traces, and ${name} is not a trace; give --rate`)
  refuseTraceFlags(flags, name)
  const workload = { ...withLoadFlags(workloads[name], flags), trace: null }
  const times = turnTimes(flags, workload.ttlMs)
  return { workload, times: workload.cold ? { ...times, warmupMs: 0 } : times, replay: undefined, notes: [] }
}

async function chosenTrace(file: string, flags: CompareFlags): Promise<ChosenWorkload> {
  const { ratePerSecond, ttlMs, originDelayMs } = withLoadFlags(workloads[DEFAULT_WORKLOAD], onlyOfTraces(flags))
  const speed = flags.speed === undefined ? undefined : decimal('--speed', { min: 0.001, max: 1e9 })(flags.speed)
  const times = turnTimes(flags, ttlMs)
  const trace = await readNamedTrace(file, flags.format, traceOptions(flags))
  const forMs = times.warmupMs + times.measuredMs
  const chosenBy = givenTraceFlags(flags)
  const { workload, replay, notes } = replayedTrace(trace, {
    ratePerSecond,
    ttlMs,
    originDelayMs,
    forMs,
    speed,
    chosenBy,
  })
  return { workload, times: withinTrace(times, replay), replay, notes: [describeReport(trace.report), ...notes] }
}

/** Keeps the flags that apply to a trace. It defines itself what is read and written. */
function onlyOfTraces(flags: CompareFlags): LoadFlags {
  const { rate, ttl, originDelay } = flags
  const useless = (['posts', 'zipf', ...shareNames] as const).find((flag) => flags[flag] !== undefined)
  if (useless !== undefined)
    throw new Error(`--workload is a file, which defines what is read and written; leave out ${useless}`)
  return {
    ...(rate !== undefined && { rate }),
    ...(ttl !== undefined && { ttl }),
    ...(originDelay !== undefined && { originDelay }),
  }
}

function chosenStrategies({ strategies, peers }: CompareFlags): string[] {
  const chosen =
    strategies === undefined ? [...strategyNames] : names('--strategies', [...strategyNames, ...peerNames])(strategies)
  return [...new Set([...chosen, ...(peers ? peerNames : [])])]
}
