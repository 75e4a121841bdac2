/** A trace as a load: the part that fits into the time, its speed, and a post for each key. */
import { basename } from 'node:path'
import { workloads } from 'workload'
import type { Trace } from 'workload/traces'
import type { ComparedWorkload } from '../comparison.ts'
import type { Replay } from '../run/run-k6.ts'

export interface ReplayOptions {
  /** Average requests per second if no speed is given. */
  readonly ratePerSecond: number
  /** Factor on the recorded speed. */
  readonly speed?: number | undefined
  /** How long the replay may take. */
  readonly forMs: number
  readonly ttlMs: number
  readonly originDelayMs: number
  /** The flags that the trace was read with, stored with the result. */
  readonly chosenBy: NonNullable<NonNullable<ComparedWorkload['trace']>['chosenBy']>
}

/** Rows in each strategy's copy. If there are more keys, some share a post. */
const MAX_POSTS = 100_000

export interface ReplayedTrace {
  readonly workload: ComparedWorkload
  readonly replay: Replay
  /** The replayed part, its speed, and what the speed means for times, a line each. */
  readonly notes: readonly string[]
}

/** @throws Error if there is nothing to replay */
export function replayedTrace({ requests, report }: Trace, options: ReplayOptions): ReplayedTrace {
  const first = requests[0]
  if (first === undefined) throw new Error(`${report.file} has no requests to replay`)
  const secondsInAll = (requests.at(-1)!.timeMs - first.timeMs) / 1_000
  const speed = options.speed ?? (secondsInAll > 0 ? (options.ratePerSecond * secondsInAll) / requests.length : 1)
  const timesMs = requests.map(({ timeMs }) => (timeMs - first.timeMs) / speed)
  const end = timesMs.findIndex((timeMs) => timeMs >= options.forMs)
  const replayed = end === -1 ? requests : requests.slice(0, end)
  const ids = new Map<string, number>()
  const operations = replayed.map(({ op, key }) => {
    const id = ids.get(key) ?? (ids.size % MAX_POSTS) + 1
    ids.set(key, id)
    return [op === 'read' ? 'read' : 'write', id] as const
  })
  const writes = operations.filter(([kind]) => kind === 'write').length
  const seconds = timesMs[replayed.length - 1]! / 1_000
  const file = basename(report.file)
  const notes = [
    `replayed: the first ${replayed.length.toLocaleString('en')} of ${requests.length.toLocaleString('en')} requests, on ${ids.size.toLocaleString('en')} keys`,
    `${number(speed)} times as fast as recorded: a TTL of ${number(options.ttlMs / 1_000)} s in the replay is ${span((options.ttlMs * speed) / 1_000)} in the recording`,
    ...(ids.size > MAX_POSTS ? [`more keys than ${MAX_POSTS.toLocaleString('en')} posts: some keys share one`] : []),
    ...(report.absent > 0
      ? ['reads of an absent value are replayed as reads of a post: the API has a post for each key']
      : []),
  ]
  return {
    notes,
    replay: { operations, timesMs: timesMs.slice(0, replayed.length) },
    workload: {
      ...workloads['ycsb-c'],
      name: file,
      title: `${file}, replayed`,
      source: notes.join('; '),
      posts: Math.min(Math.max(ids.size, 20), MAX_POSTS),
      ratePerSecond: Math.max(0.1, replayed.length / Math.max(seconds, 1)),
      zipf: 0,
      writeShare: writes / replayed.length,
      ttlMs: options.ttlMs,
      originDelayMs: options.originDelayMs,
      trace: {
        file,
        requests: report.requests,
        skipped: report.skipped.total,
        keys: report.keys,
        speed,
        ...(Object.keys(options.chosenBy).length > 0 && { chosenBy: options.chosenBy }),
      },
    },
  }
}

function span(seconds: number): string {
  if (seconds < 120) return `${number(seconds)} s`
  return seconds < 7_200 ? `${number(seconds / 60)} min` : `${number(seconds / 3_600)} h`
}

function number(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
