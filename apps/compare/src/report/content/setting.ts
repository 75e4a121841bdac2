/** The configuration and environment, the limits of the result, and how to reproduce it. */
import { type Workload, workloads } from 'workload'
import type { ComparedWorkload, Comparison, ComparisonConfig, Environment } from '../../comparison.ts'
import { formatCount, formatMs, formatShare, UNKNOWN } from '../format.ts'
import { type Cell, type Section, type Table, text } from './content.ts'

export function setting(comparison: Comparison): Section {
  return {
    id: 'setting',
    title: 'What was measured, and on what',
    blocks: [
      { kind: 'table', table: facts('Configuration', configuration(comparison)) },
      { kind: 'table', table: facts('Environment', environmentInWords(comparison.environment)) },
    ],
  }
}

function facts(caption: string, entries: readonly (readonly [string, string])[]): Table {
  return {
    caption,
    of: 'words',
    head: ['what', 'value'],
    rows: entries.map((entry) => entry.map((text): Cell => ({ text }))),
  }
}

function configuration({ config, startedAt, finishedAt }: Comparison): (readonly [string, string])[] {
  const { workload, probe } = config
  const { trace, crowd } = workload
  return [
    ['workload', `${workload.name}: ${workload.title}`],
    ['its source', workload.source],
    ['posts read and written', formatCount(workload.posts)],
    ['rows', config.rows === null ? UNKNOWN : formatCount(config.rows)],
    ['rate', `${formatCount(workload.ratePerSecond)} requests/s`],
    ['popularity', `${workload.popularity}, exponent ${workload.zipf}`],
    ['writes', formatShare(workload.writeShare)],
    ['lists of all posts', formatShare(workload.listShare)],
    ['pages of 20', formatShare(workload.pageShare)],
    ['reports over all posts', formatShare(workload.reportShare)],
    ['inserts', formatShare(workload.insertShare)],
    ['read-modify-writes', formatShare(workload.readModifyWriteShare)],
    ['time to live', formatMs(workload.ttlMs)],
    ['added to each load of posts', formatMs(workload.originDelayMs)],
    ...(crowd
      ? ([
          [
            'crowd',
            `from ${formatShare(crowd.from)} to ${formatShare(crowd.to)} of the time: rate × ${crowd.rateFactor}, ${formatShare(crowd.share)} of it reads one post`,
          ],
        ] as const)
      : []),
    ...(trace
      ? ([
          [
            'trace',
            `${trace.file}: ${formatCount(trace.requests)} requests for ${formatCount(trace.keys)} keys, ${formatCount(trace.skipped)} lines skipped, speed × ${trace.speed}`,
          ],
        ] as const)
      : []),
    ['warm-up', workload.cold ? 'none: from an empty cache' : formatMs(config.warmupMs)],
    ['measured', formatMs(config.measuredMs)],
    ['runs', `${config.runs} of each strategy, one at a time, interleaved in random order (seed ${config.seed})`],
    ['API processes', formatCount(config.apiProcesses)],
    [
      'probe',
      `${formatMs(probe.durationMs)} after the load: ${probe.racedPosts} raced posts (entries dropped while two processes write them), ${probe.quietPosts} quiet posts (only written), ${probe.readersPerPost} readers each`,
    ],
    ['from', startedAt],
    ['to', finishedAt ?? 'not finished'],
  ]
}

export function environmentInWords(e: Environment): (readonly [string, string])[] {
  return [
    ['CPU', `${e.cpus} × ${e.cpuModel}`],
    ['memory', `${(e.memoryBytes / 1024 ** 3).toFixed(1)} GiB`],
    ['system', e.os],
    ['Node', e.node],
    ['k6', e.k6],
    ['Redis', e.redis],
    ['Postgres', e.postgres],
    [
      'database connections per API process',
      e.databaseConnections === null ? UNKNOWN : formatCount(e.databaseConnections),
    ],
    ['commit', commit(e)],
  ]
}

function commit({ commit, modified }: Environment): string {
  if (commit === null) return UNKNOWN
  return modified ? `${commit}, with uncommitted changes` : commit
}

export function limits({ config, environment, strategies, turns }: Comparison): Section {
  // The counts include the warm-up, at the same rate.
  const measuredShare = config.measuredMs / (config.warmupMs + config.measuredMs)
  const reads = turns.map(({ account }) => account.k6.reads * measuredShare).filter((count) => count > 0)
  const fewest = reads.length > 0 ? Math.min(...reads) : 0
  const noHit = strategies.some(({ name }) => name.startsWith('peer:'))
  return {
    id: 'limits',
    title: 'Limits',
    blocks: [
      {
        kind: 'list',
        items: [
          `One machine with ${environment.cpus} CPUs: clients, API, Redis and Postgres share it, without a network between them. A network makes hits in Redis slower, but not hits in the process.`,
          `The probe is a sample: ${config.probe.racedPosts + config.probe.quietPosts} posts, raced far more often than most. Violations that it does not see may still happen: with 0 of n writes stale, up to 3/n of all writes may be (95 % confidence).`,
          `The shortest turn has about ${formatCount(fewest)} measured reads, so its p99.9 rests on ${formatCount(Math.floor(fewest / 1_000))} of them.`,
          `One workload, one rate (${formatCount(config.workload.ratePerSecond)}/s): another load can reverse the order. The saturation point of a strategy is not measured.`,
          'Each run lasts seconds to minutes: effects over hours, such as fragmentation and eviction, do not show.',
          'No faults: docs/failures.md covers outages of Redis and of processes.',
          ...(noHit
            ? ['Peers are configured as their documentation recommends; another configuration can do better.']
            : []),
        ],
      },
    ],
  }
}

export function reproduce({ config, environment }: Comparison): Section {
  return {
    id: 'reproduce',
    title: 'Reproduce it',
    blocks: [
      {
        kind: 'lines',
        caption: 'The same strategies, order and load',
        lines: [
          ...(environment.commit ? [`git checkout ${environment.commit}`] : []),
          compareCommand(config.workload, runFlags(config)),
        ],
      },
      ...(config.workload.trace
        ? [text('Replace path/to by the folder of the trace; only the name of its file is stored.')]
        : []),
      text(
        'Everything here is computed from the .json file beside this page; `pnpm compare report FILE` regenerates the pages. docs/measuring.md defines each figure.',
      ),
    ],
  }
}

/** The command for this load, plus other flags, which override it. */
export function compareCommand(workload: ComparedWorkload, otherFlags: readonly string[]): string {
  const isGiven = (flag: string) => otherFlags.some((other) => other.startsWith(`${flag.split(' ')[0]} `))
  return ['pnpm compare', ...loadFlags(workload).filter((flag) => !isGiven(flag)), ...otherFlags].join(' ')
}

function runFlags({ strategies, runs, seed, warmupMs, measuredMs }: ComparisonConfig): string[] {
  return [
    `--strategies ${strategies.join(',')}`,
    `--runs ${runs}`,
    `--seed ${seed}`,
    `--warmup ${warmupMs}ms`,
    `--duration ${measuredMs}ms`,
  ]
}

/** The flags that differ from the preset of that name. A trace defines its own reads and writes. */
function loadFlags(workload: ComparedWorkload): string[] {
  const times = { ttlMs: '--ttl', originDelayMs: '--origin-delay' } as const
  const numbers = {
    ratePerSecond: '--rate',
    posts: '--posts',
    zipf: '--zipf',
    writeShare: '--write-share',
    listShare: '--list-share',
    pageShare: '--page-share',
    reportShare: '--report-share',
    insertShare: '--insert-share',
    readModifyWriteShare: '--read-modify-write-share',
  } as const
  const timeFlags = (Object.keys(times) as (keyof typeof times)[]).map((name) => ({
    name,
    flag: `${times[name]} ${workload[name]}ms`,
  }))
  if (workload.trace) {
    const { file, speed, chosenBy = {} } = workload.trace
    const chosen = Object.entries(chosenBy).flatMap(([name, values]) =>
      [values].flat().map((value) => `--${name} ${quoted(value)}`),
    )
    return [
      `--workload ${quoted(`path/to/${file}`)}`,
      ...chosen,
      `--speed ${speed}`,
      ...timeFlags.map(({ flag }) => flag),
    ]
  }
  const presets: Readonly<Record<string, Workload>> = workloads
  const preset = presets[workload.name]
  const numberFlags = (Object.keys(numbers) as (keyof typeof numbers)[]).map((name) => ({
    name,
    flag: `${numbers[name]} ${workload[name]}`,
  }))
  const changed = [...numberFlags, ...timeFlags].filter(({ name }) => preset && preset[name] !== workload[name])
  return [`--workload ${workload.name}`, ...changed.map(({ flag }) => flag)]
}

/** One word for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
