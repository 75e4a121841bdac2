/** Bytes as lines of text, one chunk at a time, so that a file is never a single string. */
import type { Chunks } from './chunks.ts'
import { readableBytes } from './readable-bytes.ts'

/** In bytes. A file with a longer line is not a text file. */
export const LONGEST_LINE = 1 << 20

const NEWLINE = 0x0a
const BYTE_ORDER_MARK = '\ufeff'

/**
 * Lines end with `\n` or `\r\n`; a byte-order mark is removed; bytes that are not UTF-8 stay distinct, see `readableBytes`.
 *
 * @throws RangeError for a line longer than `LONGEST_LINE` bytes
 */
export async function* linesOf(chunks: Chunks): AsyncGenerator<string[]> {
  let rest = Buffer.alloc(0)
  let isFirst = true
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(NEWLINE)
    rest = bytes.subarray(end + 1)
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} bytes`)
    if (end !== -1) yield split(bytes.subarray(0, end))
  }
  if (rest.length > 0) yield split(rest)

  function split(bytes: Buffer): string[] {
    const text = readableBytes(bytes)
    const lines = (isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split('\n')
    isFirst = false
    return lines.map(withoutReturn)
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
