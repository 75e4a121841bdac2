/** Bytes as lines of UTF-8, a chunk's worth at a time, so that no file is ever one string. */
import type { Chunks } from './chunks.ts'

/** What is longer is no line but a file of another kind. */
export const LONGEST_LINE = 1 << 20

/** Ends of lines are `\n` or `\r\n`; a byte-order mark goes; bytes that are no UTF-8 become U+FFFD. @throws RangeError at a line above `LONGEST_LINE` characters */
export async function* linesOf(chunks: Chunks): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} characters`)
    yield lines.map(withoutReturn)
  }
  rest += decoder.decode()
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
