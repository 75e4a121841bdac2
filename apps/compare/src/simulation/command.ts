/** `pnpm compare simulate`: simulates loads on a virtual clock, independent of this machine. */
import { writeFile } from 'node:fs/promises'
import { names, time, wholeNumber } from 'command-line'
import type { Command } from 'commander'
import { strategies } from 'strategies'
import { workloadNames, workloads } from 'workload'
import { describeReport, type TraceRequest } from 'workload/traces'
import { readNamedTrace } from '../choose/named-trace.ts'
import { presetOrFile } from '../choose/preset-or-file.ts'
import { addTraceOptions, refuseTraceFlags, type TraceFlags, traceOptions } from '../choose/trace-flags.ts'
import { formatCount } from './labels.ts'
import { describeLongTtls, type Recording, recordingOf } from './recording.ts'
import { requestsToCount } from './requests-of.ts'
import { simulatedNames } from './simulated-names.ts'
import { type SweepRow, sweep } from './sweep.ts'
import { sweepTable } from './sweep-table.ts'
import { describeKnees, ttlKnees } from './ttl-knee.ts'

interface Flags extends TraceFlags {
  readonly workload: string
  readonly strategies: string
  readonly ttl?: string
  readonly capacity: string
  readonly duration: string
  readonly requests?: string
  readonly load?: string
  readonly seed: string
  readonly json?: string
}

const A_DAY_MS = 86_400_000
const ofTime = { min: 1, max: 100 * A_DAY_MS }
/** The default: strategies that keep their guarantee. Naive forms run only if they are named. */
const guarded = simulatedNames.filter((name) => strategies[name].breaks === undefined)

export function addSimulateCommand(program: Command): void {
  const command = program
    .command('simulate')
    .description('replay a load or a trace on a virtual clock: hit ratio, loads, staleness and memory in seconds')
    .requiredOption('--workload <name|file>', `${workloadNames.join(', ')}, or a trace or access log`)
    .option('--strategies <names>', `separated by commas, out of ${simulatedNames.join(', ')}`, guarded.join(','))
    .option('--ttl <times>', "one or several, separated by commas: 1s,10s,5m (default: the workload's; for a file 1m)")
    .option('--capacity <entries>', 'one or several maximum numbers of entries, or unlimited', 'unlimited')
    .option('--duration <time>', 'of a workload; a file is replayed completely', '10m')
    .option('--requests <n>', 'count at most this many requests')
    .option('--load <time>', "how long a load takes (default: the workload's; for a file 0)")
    .option('--seed <n>', 'another seed gives another run of a workload', '1')
    .option('--json <file>', 'also write all rows to this file; the table merges rows with the same figures')
    .action(run)
  addTraceOptions(command)
}

async function run(flags: Flags): Promise<void> {
  const seed = wholeNumber('--seed', { min: 0, max: Number.MAX_SAFE_INTEGER })(flags.seed)
  const chosen = names('--strategies', simulatedNames)(flags.strategies)
  const capacities = [...new Set(flags.capacity.split(',').map(capacity))]
  const preset = presetOrFile(flags.workload)
  const defaults = preset === undefined ? { ttlMs: 60_000, originDelayMs: 0 } : workloads[preset]
  const ttls = flags.ttl?.split(',').map((text) => time('--ttl', ofTime)(text.trim())) ?? [defaults.ttlMs]
  const ttlsMs = [...new Set(ttls)]
  const loadMs =
    flags.load === undefined ? defaults.originDelayMs : time('--load', { min: 0, max: A_DAY_MS })(flags.load)
  const limit =
    flags.requests === undefined ? Infinity : wholeNumber('--requests', { min: 1, max: 1e9 })(flags.requests)

  // A workload is counted from the time when the caches are full, after the longest TTL; a file from the start.
  let warmupMs = 0
  let requests: TraceRequest[]
  let recording: Recording | undefined
  if (preset === undefined) {
    const options = { ...traceOptions(flags), ...(limit < Infinity && { limit }) }
    const trace = await readNamedTrace(flags.workload, flags.format, options)
    console.log(describeReport(trace.report))
    requests = trace.requests
    recording = recordingOf(trace.report)
  } else {
    refuseTraceFlags(flags, preset)
    if (!workloads[preset].cold) warmupMs = Math.max(...ttlsMs)
    const measuredMs = time('--duration', ofTime)(flags.duration)
    const { counted, ...made } = requestsToCount(workloads[preset], { seed, warmupMs, measuredMs }, limit)
    requests = made.requests
    console.log(
      `${workloads[preset].title}: ${formatCount(requests.length)} requests by id; lists, pages and the report are left out`,
    )
    if (warmupMs > 0) {
      console.log(
        `the last ${formatCount(counted)} are counted, after a warm-up of ${warmupMs / 1_000} s, the longest TTL`,
      )
    }
  }

  const options = { strategies: chosen, requests, ttlsMs, capacities, loadMs, warmupMs, seed }
  const rows: SweepRow[] = []
  for await (const row of sweep(options)) rows.push(row)
  const given = { strategies: chosen, ttlsMs, capacities: capacities.map((entries) => entries ?? null) }
  const knees = ttlKnees(rows, recording)
  console.log(`\n${sweepTable(rows, given)}\n`)
  for (const line of recording === undefined ? [] : describeLongTtls(ttlsMs, recording)) console.log(line)
  for (const line of describeKnees(knees, given, recording)) console.log(line)
  if (flags.json === undefined) return
  const { strategies: _, requests: __, ...settings } = options
  await writeFile(
    flags.json,
    `${JSON.stringify({ kind: 'simulation', workload: flags.workload, ...settings, recordedMs: recording?.durationMs ?? null, rows, knees })}\n`,
  )
}

function capacity(text: string): number | undefined {
  return text.trim() === 'unlimited' ? undefined : wholeNumber('--capacity', { min: 1, max: 1e9 })(text.trim())
}
