/** A key a line, each a read: the form of the traces that came with LIRS, whose lines of a single `*` are marks and not keys. */
import type { LineFormat } from '../trace-format.ts'

/** U+FFFD stands for what is no UTF-8: a binary file. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell a binary file from text
const isKey = /^[^\s,;"\u0000-\u001f\ufffd]+$/

export const keys: LineFormat = {
  name: 'keys',
  title: 'a key a line, all of them read',
  times: 'none',
  kind: 'lines',
  recognises: (lines) => lines.length > 0 && lines.every((line) => isKey.test(line.trim())) && !areCounts(lines),

  parse(line, sink) {
    const key = line.trim()
    if (key === '*') return 'a mark (*)'
    if (key === '') return 'nothing but spaces'
    sink.add(0, 'read', key)
  },
}

/** Numbers that only ever fall are the counts of a popularity curve (`readCounts`), not keys. */
function areCounts(lines: readonly string[]): boolean {
  const numbers = lines.map(Number)
  return numbers[0]! > numbers.at(-1)! && numbers.every((n, i) => i === 0 || n <= numbers[i - 1]!)
}
