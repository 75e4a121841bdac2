import { chunksOf } from './chunks.ts'
import { linesOf } from './lines.ts'
import { TraceError } from './trace-error.ts'

/**
 * Reads a popularity curve: the number of requests of each key, one count per line, in the order of the file. It is not a trace,
 * since it has no times.
 *
 * @throws TraceError if the file can't be read or is empty, or a line is not a count
 */
export async function readCounts(file: string): Promise<number[]> {
  const counts: number[] = []
  let number = 0
  for await (const lines of linesOf(chunksOf(file))) {
    for (const line of lines) {
      number++
      if (line.trim() === '') continue
      const count = Number(line)
      if (!Number.isSafeInteger(count) || count < 0)
        throw new TraceError(`${file}, line ${number} is "${line.slice(0, 80)}"; a count is a whole number, 0 or more`)
      counts.push(count)
    }
  }
  if (counts.length === 0) throw new TraceError(`${file} is empty`)
  return counts
}
