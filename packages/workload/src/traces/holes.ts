/**
 * Holes: runs of NUL bytes in a log. They replace lines in a log that is truncated while its writer continues at its old position
 * (logrotate's `copytruncate`), or that was open during a power failure.
 */
import type { Chunks } from './chunks.ts'

/** Shorter runs are treated as text: no log is truncated that early. */
export const HOLE_BYTES = 16

const nuls = Buffer.alloc(HOLE_BYTES)
const newline = Buffer.from('\n')

/** Removes and counts holes. Each hole ends a line, since the text after it was written later. */
export class Holes {
  count = 0
  bytes = 0

  async *passOver(chunks: Chunks): AsyncGenerator<Uint8Array> {
    let isInHole = false
    /** NULs at the end of the last chunk, still too few for a hole. */
    let pending = 0
    let last = newline[0]
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([nuls.subarray(0, pending), chunk])
      pending = 0
      let at = 0
      while (at < bytes.length) {
        if (isInHole) {
          const end = endOfNuls(bytes, at)
          this.bytes += end - at
          at = end
          if (at === bytes.length) break
          isInHole = false
          // Not at the start of a line, so that line numbers stay those of the file.
          if (last !== newline[0]) yield newline
        }
        const hole = bytes.indexOf(nuls, at)
        const end = hole === -1 ? startOfLastNuls(bytes, at) : hole
        if (end > at) {
          yield bytes.subarray(at, end)
          last = bytes[end - 1]
        }
        if (hole === -1) {
          pending = bytes.length - end
          break
        }
        at = hole
        isInHole = true
        this.count++
      }
    }
    if (pending > 0) yield nuls.subarray(0, pending)
  }
}

function endOfNuls(bytes: Uint8Array, start: number): number {
  let end = start
  while (bytes[end] === 0) end++
  return end
}

function startOfLastNuls(bytes: Uint8Array, from: number): number {
  let start = bytes.length
  while (start > from && bytes[start - 1] === 0) start--
  return start
}
