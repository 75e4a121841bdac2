import { type Chunks, chunksOf, peek } from './chunks.ts'
import { RequestCollector } from './collect-requests.ts'
import { describeHoles, describeLeftOut, describeSkipped } from './describe-report.ts'
import { formats, traceFormats } from './formats/index.ts'
import { Holes } from './holes.ts'
import { type KeyPatterns, KeySelection } from './key-patterns.ts'
import { linesOf } from './lines.ts'
import { recogniseFormat } from './recognise-format.ts'
import type { Trace, TraceReport } from './trace.ts'
import { TraceError } from './trace-error.ts'
import type { BinaryFormat, Format, LineFormat, TraceFormat } from './trace-format.ts'

export interface ReadTraceOptions extends KeyPatterns {
  /** Default: recognised by the content, binary formats by name. */
  readonly format?: TraceFormat
  /** The rate for formats without times. Default 1000. */
  readonly ratePerSecond?: number
  /** Maximum number of requests, in the order of the file. Default: all. */
  readonly limit?: number
  /**
   * How to treat reads answered 404 or 410 in access logs: as reads of an absent value, since absence is cached too (`count`), or not
   * at all (`skip`). Default `count`.
   */
  readonly absent?: AbsentReads
}

export const absentReads = ['count', 'skip'] as const
export type AbsentReads = (typeof absentReads)[number]

const SAMPLE_BYTES = 1 << 16

/**
 * Reads a trace, plain or compressed (gzip, zstd, xz), as a stream. Memory holds only the requests, 100 to 140 bytes each, and each
 * key once.
 *
 * @throws TraceError if the file can't be read, is damaged, has no known format or no request, or an option is out of range
 */
export async function readTrace(file: string, options: ReadTraceOptions = {}): Promise<Trace> {
  const { format: name, ratePerSecond = 1000, limit = Number.POSITIVE_INFINITY, absent } = options
  if (!(ratePerSecond > 0 && ratePerSecond < Number.POSITIVE_INFINITY))
    throw new TraceError(`ratePerSecond is ${ratePerSecond}; give a number above 0`)
  if (!(limit >= 1)) throw new TraceError(`limit is ${limit}; give a number of requests, 1 or more`)
  const named = name === undefined ? undefined : formats.find((format) => format.name === name)
  if (name !== undefined && named === undefined)
    throw new TraceError(`format is "${name}"; give one of ${traceFormats.join(', ')}`)
  if (absent !== undefined && !absentReads.includes(absent))
    throw new TraceError(`absent is "${absent}"; give one of ${absentReads.join(', ')}`)
  const selection = new KeySelection(options)

  const { format, chunks, holes, close } = await open(file, named)
  try {
    if (absent !== undefined && !format.hasStatus)
      throw new TraceError(`${file}, read as ${format.name}, has no status of the answers; omit absent`)
    const collector = new RequestCollector({
      file,
      format,
      ratePerSecond,
      limit,
      selection,
      countsAbsent: absent !== 'skip',
      holes,
    })
    if (format.kind === 'lines') await readLines(file, chunks, format, collector)
    else await readKeys(chunks, format, collector)
    const trace = collector.finish()
    if (trace.requests.length === 0) throw nothingIn(trace.report)
    return trace
  } finally {
    await close()
  }
}

interface Opened {
  readonly format: Format
  readonly chunks: Chunks
  readonly holes: Holes
  close(): Promise<void>
}

/** Removes holes from lines before recognising the format; in a binary format NULs are ordinary keys. */
async function open(file: string, named: Format | undefined): Promise<Opened> {
  const holes = new Holes()
  if (named?.kind !== 'binary') {
    const { head, all, close } = await peek(holes.passOver(chunksOf(file)), SAMPLE_BYTES)
    try {
      if (head.length === 0 && holes.count === 0) throw new TraceError(`${file} is empty`)
      const format = named ?? recogniseFormat(file, head)
      if (format.kind === 'lines') return { format, chunks: all, holes, close }
      named = format
    } catch (error) {
      await close()
      throw error
    }
    await close()
  }
  const { head, all, close } = await peek(chunksOf(file), 1)
  if (head.length === 0) throw new TraceError(`${file} is empty`)
  return { format: named, chunks: all, holes: new Holes(), close }
}

function nothingIn(report: TraceReport): TraceError {
  const isLeftOut = report.leftOut.total > 0
  return new TraceError(
    [
      `${report.file}, read as ${report.format}, ${isLeftOut ? 'has no request left' : 'holds no request'}`,
      ...describeHoles(report),
      ...describeSkipped(report),
      ...describeLeftOut(report),
      isLeftOut
        ? 'A pattern must match the whole key, with or without its query (?…); * matches any characters'
        : `If it is in another format, name it (--format NAME): ${traceFormats.join(', ')}`,
    ].join('\n'),
  )
}

async function readLines(file: string, chunks: Chunks, format: LineFormat, collector: RequestCollector): Promise<void> {
  let number = 0
  try {
    for await (const lines of linesOf(chunks)) {
      for (const line of lines) {
        number++
        if (line === '') continue
        const reason = format.parse(line, collector)
        if (reason !== undefined) collector.skip(reason, `line ${number}`, line)
        if (collector.isFull) return
      }
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new TraceError(`${file} after line ${number}: ${cause.message}; is it a text file?`, { cause })
  }
}

async function readKeys(chunks: Chunks, { keyBytes }: BinaryFormat, collector: RequestCollector): Promise<void> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    let at = 0
    for (; at + keyBytes <= bytes.length; at += keyBytes) {
      const key = keyBytes === 4 ? bytes.readUInt32BE(at) : bytes.readBigUInt64BE(at)
      collector.add(0, 'read', String(key))
      if (collector.isFull) return
    }
    rest = bytes.subarray(at)
  }
  if (rest.length === 0) return
  collector.skip(`fewer than the ${keyBytes} bytes of a key`, 'at the end', rest.toString('hex'))
}
