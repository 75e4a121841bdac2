import { type Chunks, chunksOf, peek } from './chunks.ts'
import { RequestCollector } from './collect-requests.ts'
import { describeSkipped } from './describe-report.ts'
import { formats, traceFormats } from './formats/index.ts'
import { linesOf } from './lines.ts'
import { recogniseFormat } from './recognise-format.ts'
import type { Trace } from './trace.ts'
import { TraceError } from './trace-error.ts'
import type { BinaryFormat, LineFormat, TraceFormat } from './trace-format.ts'

export interface ReadTraceOptions {
  /** Default: recognised by what the file holds. */
  readonly format?: TraceFormat
  /** For formats without times: so many requests a second. Default 1000. */
  readonly ratePerSecond?: number
  /** Stop after so many requests, as they stand in the file. Default: all. */
  readonly limit?: number
}

const SAMPLE_BYTES = 1 << 16

/**
 * Reads a trace, plain or compressed (gzip, zstd, xz), as a stream: what is held is the requests alone, 100 to 140 bytes each,
 * and each key once.
 *
 * @throws TraceError when the file can't be read, is damaged, has no known format or no request, or an option is out of range
 */
export async function readTrace(file: string, options: ReadTraceOptions = {}): Promise<Trace> {
  const { format: name, ratePerSecond = 1000, limit = Number.POSITIVE_INFINITY } = options
  if (!(ratePerSecond > 0 && ratePerSecond < Number.POSITIVE_INFINITY))
    throw new TraceError(`ratePerSecond is ${ratePerSecond}; give a number above 0`)
  if (!(limit >= 1)) throw new TraceError(`limit is ${limit}; give a number of requests, 1 or more`)
  const named = name === undefined ? undefined : formats.find((format) => format.name === name)
  if (name !== undefined && named === undefined)
    throw new TraceError(`format is "${name}"; give one of ${traceFormats.join(', ')}`)

  const { head, all, close } = await peek(chunksOf(file), SAMPLE_BYTES)
  try {
    if (head.length === 0) throw new TraceError(`${file} is empty`)
    const format = named ?? recogniseFormat(file, head)
    const collector = new RequestCollector({ file, format, ratePerSecond, limit })
    if (format.kind === 'lines') await readLines(file, all, format, collector)
    else await readKeys(all, format, collector)
    const trace = collector.finish()
    if (trace.requests.length === 0)
      throw new TraceError(
        [`${file}, read as ${format.name}, holds no request`, ...describeSkipped(trace.report)].join('\n') +
          `\nIf it is in another format, name it (--format NAME): ${traceFormats.join(', ')}`,
      )
    return trace
  } finally {
    await close()
  }
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
