import type { TraceRequest } from './trace-request.ts'

export type TraceFormat = 'text' | 'common' | 'combined' | 'nasa-tsv' | 'meta-kv' | 'keys' | 'be32' | 'be64'

/** Where a parser puts what it finds. */
export interface Sink {
  /** @param timeUs in microseconds from any zero; ignored where the format has no times */
  add(timeUs: number, op: TraceRequest['op'], key: string, sizeBytes?: number): void
  /** Whether reads of an absent value are requests; if not, they are skipped. */
  readonly countsAbsent: boolean
  /** A read whose answer was that there is no such value. */
  addAbsent(timeUs: number, key: string): void
}

interface FormatBase {
  readonly name: TraceFormat
  /** In a few words, for the list in error messages. */
  readonly title: string
  /**
   * `exact`: as in the file. `spread`: whole seconds in the file, and the requests of a second are laid evenly over it, so that a
   * replay has no burst at each full second that nobody made. `none`: made from `ratePerSecond`.
   */
  readonly times: 'exact' | 'spread' | 'none'
  /** Its lines say how a request was answered, so that a read of an absent value can be told. */
  readonly hasStatus?: true
}

export interface LineFormat extends FormatBase {
  readonly kind: 'lines'
  /** Judged by the first lines; empty lines and `#` comments are left out of them. */
  recognises(lines: readonly string[]): boolean
  /**
   * @param line without its end, never empty
   * @returns why the line is skipped, in words that many lines share; nothing for a request, a comment or a header
   */
  parse(line: string, sink: Sink): string | undefined
}

/** Nothing but big-endian unsigned integers, each the key of a read. */
export interface BinaryFormat extends FormatBase {
  readonly kind: 'binary'
  readonly keyBytes: 4 | 8
  /** Bare integers show no sign of what they are, so a name under which such traces are published has to do. */
  recognisesName(fileName: string): boolean
}

export type Format = LineFormat | BinaryFormat

/** Whether at least half of the lines fit: a trace may begin with a few broken ones. */
export function mostly(lines: readonly string[], fits: (line: string) => boolean): boolean {
  return lines.length > 0 && lines.filter(fits).length * 2 >= lines.length
}
