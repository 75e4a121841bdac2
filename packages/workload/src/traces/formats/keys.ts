/** One key per line, one read per line: the format of the LIRS traces. A line of a single `*` is a mark, not a key. */
import type { LineFormat } from '../trace-format.ts'

/** U+FFFD replaces bytes that are not UTF-8, as in a binary file. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they distinguish a binary file from text
const isKey = /^[^\s,;"\u0000-\u001f\ufffd]+$/

export const keys: LineFormat = {
  name: 'keys',
  title: 'one key per line, one read per line',
  times: 'none',
  kind: 'lines',
  recognises: (lines) => lines.length > 0 && lines.every((line) => isKey.test(line.trim())) && !areCounts(lines),

  parse(line, sink) {
    const key = line.trim()
    if (key === '*') return 'a mark (*)'
    if (key === '') return 'only spaces'
    sink.add(0, 'read', key)
  },
}

/** Descending numbers are the counts of a popularity curve (`readCounts`), not keys. */
function areCounts(lines: readonly string[]): boolean {
  const numbers = lines.map(Number)
  return numbers[0]! > numbers.at(-1)! && numbers.every((n, i) => i === 0 || n <= numbers[i - 1]!)
}
