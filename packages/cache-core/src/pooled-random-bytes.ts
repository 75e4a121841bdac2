import { randomFillSync } from 'node:crypto'

const page = Buffer.allocUnsafeSlow(4_096)
let used = page.length

/**
 * Random bytes that nobody had before. Drawn by the page: a draw of its own for each token and identity was a quarter of
 * what a miss costs in memory.
 *
 * @param count at most 4_096.
 * @returns a view that is overwritten later. Copy it, or read it at once.
 */
export function pooledRandomBytes(count: number): Buffer {
  if (used + count > page.length) {
    randomFillSync(page)
    used = 0
  }
  used += count
  return page.subarray(used - count, used)
}
