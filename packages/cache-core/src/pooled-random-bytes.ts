import { randomFillSync } from 'node:crypto'

const page = Buffer.allocUnsafeSlow(4_096)
let used = page.length

/**
 * Fresh random bytes. Drawn a page at a time: a separate draw for each token and identity was a quarter of the memory that a
 * miss costs.
 *
 * @param count at most 4_096.
 * @returns a view that is overwritten later. Copy it, or read it immediately.
 */
export function pooledRandomBytes(count: number): Buffer {
  if (used + count > page.length) {
    randomFillSync(page)
    used = 0
  }
  used += count
  return page.subarray(used - count, used)
}
