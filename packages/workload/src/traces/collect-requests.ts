/** The sink of every format: collects requests, counts skipped lines, and sorts by time. */
import type { Holes } from './holes.ts'
import type { KeySelection } from './key-patterns.ts'
import type { Trace } from './trace.ts'
import type { Format, Sink } from './trace-format.ts'
import type { TraceRequest } from './trace-request.ts'

type Draft = { -readonly [Name in keyof TraceRequest]: TraceRequest[Name] }

export interface CollectOptions {
  readonly file: string
  readonly format: Format
  readonly ratePerSecond: number
  readonly limit: number
  readonly selection: KeySelection
  readonly countsAbsent: boolean
  /** Counted while the lines are read. */
  readonly holes: Holes
}

const EXAMPLES = 3
/** Further reasons are counted together, so that a broken file does not make a table of 1,000 rows. */
const REASONS = 40

export class RequestCollector implements Sink {
  readonly #options: CollectOptions
  /** Times in microseconds until `finish`. */
  readonly #requests: Draft[] = []
  /** One string per key. */
  readonly #keys = new Map<string, string>()
  readonly #reasons = new Map<string, number>()
  readonly #examples: string[] = []
  readonly #counts = { read: 0, write: 0, delete: 0 }
  #latestUs = Number.NEGATIVE_INFINITY
  #outOfOrder = 0
  #skipped = 0
  #absent = 0

  constructor(options: CollectOptions) {
    this.#options = options
  }

  get isFull(): boolean {
    return this.#requests.length >= this.#options.limit
  }

  get countsAbsent(): boolean {
    return this.#options.countsAbsent
  }

  add(timeUs: number, op: TraceRequest['op'], key: string, sizeBytes?: number): void {
    if (!this.isFull && this.#options.selection.keeps(key)) this.#keep(timeUs, op, key, sizeBytes)
  }

  addAbsent(timeUs: number, key: string): void {
    if (this.isFull || !this.#options.selection.keeps(key)) return
    this.#absent++
    this.#keep(timeUs, 'read', key, 0)
  }

  #keep(timeUs: number, op: TraceRequest['op'], key: string, sizeBytes: number | undefined): void {
    if (timeUs < this.#latestUs) this.#outOfOrder++
    else this.#latestUs = timeUs
    this.#counts[op]++
    const draft: Draft = { timeMs: timeUs, op, key: this.#interned(key) }
    if (sizeBytes !== undefined) draft.sizeBytes = sizeBytes
    this.#requests.push(draft)
  }

  /** @param what the text at that place */
  skip(reason: string, place: string, what: string): void {
    this.#skipped++
    if (this.#examples.length < EXAMPLES) this.#examples.push(`${place}: ${reason}: ${printable(what)}`)
    const counted = this.#reasons.has(reason) || this.#reasons.size < REASONS ? reason : 'other reasons'
    this.#reasons.set(counted, (this.#reasons.get(counted) ?? 0) + 1)
  }

  finish(): Trace {
    const { file, format, ratePerSecond, selection, holes } = this.#options
    const requests = this.#requests
    if (this.#outOfOrder > 0) requests.sort((a, b) => a.timeMs - b.timeMs)
    if (format.times === 'spread') spread(requests)
    const startUs = requests[0]?.timeMs ?? 0
    requests.forEach((request, i) => {
      request.timeMs = format.times === 'none' ? (i * 1000) / ratePerSecond : (request.timeMs - startUs) / 1000
    })
    const { read: reads, write: writes, delete: deletes } = this.#counts
    const byReason = Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b - a))
    return {
      requests,
      report: {
        file,
        format: format.name,
        requests: requests.length,
        reads,
        writes,
        deletes,
        absent: this.#absent,
        keys: this.#keys.size,
        durationMs: requests.at(-1)?.timeMs ?? 0,
        hasTimes: format.times !== 'none',
        outOfOrder: this.#outOfOrder,
        holes: { count: holes.count, bytes: holes.bytes },
        skipped: { total: this.#skipped, byReason, examples: this.#examples },
        leftOut: selection.leftOut,
      },
    }
  }

  #interned(key: string): string {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    // A slice keeps the whole original text in memory; a copy does not.
    const copy = Buffer.from(key).toString()
    this.#keys.set(copy, copy)
    return copy
  }
}

const SECOND_US = 1_000_000

/** Spreads the requests of each whole second evenly over it, in their order. */
function spread(requests: readonly Draft[]): void {
  for (let start = 0; start < requests.length; ) {
    const second = Math.floor(requests[start]!.timeMs / SECOND_US)
    let end = start
    while (end < requests.length && Math.floor(requests[end]!.timeMs / SECOND_US) === second) end++
    for (let i = start; i < end; i++)
      requests[i]!.timeMs = second * SECOND_US + Math.floor(((i - start) * SECOND_US) / (end - start))
    start = end
  }
}

function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a log may contain terminal control sequences
  const plain = line.slice(0, 100).replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
  return line.length > 100 ? `${plain}…` : plain
}
