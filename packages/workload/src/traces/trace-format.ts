import type { TraceRequest } from './trace-request.ts'

export type TraceFormat = 'text' | 'common' | 'combined' | 'nasa-tsv' | 'meta-kv' | 'keys' | 'be32' | 'be64'

/** Receives the requests of a parser. */
export interface Sink {
  /** @param timeUs in microseconds since any zero; ignored for formats without times */
  add(timeUs: number, op: TraceRequest['op'], key: string, sizeBytes?: number): void
  /** Whether reads of an absent value are requests; if not, they are skipped. */
  readonly countsAbsent: boolean
  /** Adds a read of an absent value. */
  addAbsent(timeUs: number, key: string): void
}

interface FormatBase {
  readonly name: TraceFormat
  /** A short description for error messages. */
  readonly title: string
  /**
   * `exact`: as in the file. `spread`: whole seconds in the file; the requests of each second are spread evenly over it, so that a
   * replay has no artificial burst at each full second. `none`: generated from `ratePerSecond`.
   */
  readonly times: 'exact' | 'spread' | 'none'
  /** Its lines have the status of the answer, which shows reads of absent values. */
  readonly hasStatus?: true
}

export interface LineFormat extends FormatBase {
  readonly kind: 'lines'
  /** @param lines the first lines, without empty ones and `#` comments */
  recognises(lines: readonly string[]): boolean
  /**
   * @param line without its end, never empty
   * @returns the reason for skipping the line, in words that many lines share; undefined for a request, a comment or a header
   */
  parse(line: string, sink: Sink): string | undefined
}

/** Only big-endian unsigned integers, each the key of a read. */
export interface BinaryFormat extends FormatBase {
  readonly kind: 'binary'
  readonly keyBytes: 4 | 8
  /** Bare integers have no recognisable content, so the format is recognised by the names of published traces. */
  recognisesName(fileName: string): boolean
}

export type Format = LineFormat | BinaryFormat

/** Whether at least half of the lines fit: a trace may begin with some broken lines. */
export function mostly(lines: readonly string[], fits: (line: string) => boolean): boolean {
  return lines.length > 0 && lines.filter(fits).length * 2 >= lines.length
}
