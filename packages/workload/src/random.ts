import { requireInteger } from './check.ts'

/**
 * The `n`-th number of a stream: uniform in [0, 1) with 53 bits, the same for the same arguments on every machine.
 *
 * A hash instead of a stateful generator: load generators distribute operations to many workers in no fixed order, and
 * k6's own seed does not repeat a run. With a counter, operation 4711 is the same on every worker.
 *
 * @param seed whole number from 0 to 2^53 - 1: determines the run
 * @param stream whole number from 0 to 2^32 - 1: separates the independent draws of one operation (its kind, its key)
 * @param n whole number from 0 to 2^53 - 1: the index of the draw
 * @throws RangeError that names the argument, its value and the allowed range
 */
export function random(seed: number, stream: number, n: number): number {
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  requireInteger('stream', stream, 0, 0xffff_ffff)
  requireInteger('n', n, 0, Number.MAX_SAFE_INTEGER)
  // Two lanes of 32 bits, since doubles can't hold 64-bit integers. Different initial values and mixing make them independent.
  let high = 0x9e37_79b9
  let low = 0x85eb_ca6b
  for (const word of [seed % 2 ** 32, Math.floor(seed / 2 ** 32), stream, n % 2 ** 32, Math.floor(n / 2 ** 32)]) {
    high = avalanche(high ^ word)
    low = avalanche((low + Math.imul(word, 0x9e37_79b1)) | 0)
  }
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53
}

/** "lowbias32" by Chris Wellons (hash-prospector, 2018): every input bit flips each output bit about half the time. */
function avalanche(bits: number): number {
  let h = bits
  h = Math.imul(h ^ (h >>> 16), 0x7feb_352d)
  h = Math.imul(h ^ (h >>> 15), 0x846c_a68b)
  return h ^ (h >>> 16)
}
