import { basename } from 'node:path'
import { formats } from './formats/index.ts'
import { TraceError } from './trace-error.ts'
import type { Format } from './trace-format.ts'

const SAMPLE_LINES = 100

/** @param head the first bytes of the decompressed file, without holes @throws TraceError with a list of the formats */
export function recogniseFormat(file: string, head: Uint8Array): Format {
  const lines = sampleLines(head)
  const name = basename(file)
  const found = formats.find((format) =>
    format.kind === 'lines' ? format.recognises(lines) : format.recognisesName(name),
  )
  if (found !== undefined) return found
  const looks =
    head.length === 0
      ? 'it holds only NUL bytes'
      : head.includes(0)
        ? 'it is binary, and a format of bare keys must be named'
        : 'its first lines fit none of them'
  throw new TraceError(
    `${file} has no known format: ${looks}. Name its format (--format NAME) if it is one of these:\n` +
      formats.map(({ name, title }) => `  ${name.padEnd(10)}${title}`).join('\n'),
  )
}

function sampleLines(head: Uint8Array): string[] {
  const lines = new TextDecoder().decode(head).split(/\r?\n/)
  // The last line is probably truncated.
  if (lines.length > 1) lines.pop()
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).slice(0, SAMPLE_LINES)
}
