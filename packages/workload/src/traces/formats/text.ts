/** The project's own format: `time,op,key[,size]`, described in the README of this package. */
import { parseBytes, parseOperation, parseSeconds } from '../fields.ts'
import { type LineFormat, mostly } from '../trace-format.ts'

const header = /^\s*time\s*,\s*op\s*,\s*key\s*(?:,\s*size\s*)?$/i
const begins = /^\s*-?\d+(?:\.\d*)?(?:e[-+]?\d+)?\s*,\s*[a-z_]+\s*,./i
/** A quoted key ends at a quote that is not doubled. */
const quoted = /^"((?:[^"]|"")*)"\s*(?:,|$)/

export const text: LineFormat = {
  name: 'text',
  title: 'lines of time,op,key[,size], with the time in seconds',
  times: 'exact',
  kind: 'lines',
  recognises: (lines) => header.test(lines[0] ?? '') || mostly(lines, (line) => begins.test(line)),

  parse(line, sink) {
    if (line.startsWith('#')) return
    const first = line.indexOf(',')
    const second = line.indexOf(',', first + 1)
    if (first === -1 || second === -1) return 'fewer than three fields'
    const timeUs = parseSeconds(line.slice(0, first).trim())
    if (timeUs === undefined) return header.test(line) ? undefined : 'the time is not a number of seconds'
    const op = parseOperation(line.slice(first + 1, second).trim())
    if (op === undefined) return 'unknown operation'

    const rest = line.slice(second + 1).trim()
    let key: string
    let size: string
    if (rest.startsWith('"')) {
      const match = quoted.exec(rest)
      if (match === null) return 'the quotes of the key are broken'
      key = match[1]!.replaceAll('""', '"')
      size = rest.slice(match[0].length).trim()
    } else {
      const comma = rest.indexOf(',')
      key = comma === -1 ? rest : rest.slice(0, comma).trimEnd()
      size = comma === -1 ? '' : rest.slice(comma + 1).trim()
    }
    if (key === '') return 'empty key'
    if (size === '') return void sink.add(timeUs, op, key)
    const sizeBytes = parseBytes(size)
    if (sizeBytes === undefined) return size.includes(',') ? 'more than four fields' : 'the size is not a whole number'
    sink.add(timeUs, op, key, sizeBytes)
  },
}
