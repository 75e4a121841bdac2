import { random } from 'workload'

/** A stream of its own: the order of the turns is drawn from the same seed. */
const STREAM = 0xffff_ffff

/**
 * The seed of a run's operations: a whole number from 0 to 2^53 - 1. Mixed, since with a sum the runs of a neighbouring seed
 * would mostly be the same.
 *
 * @param seed the comparison's
 */
export function seedOfRun(seed: number, run: number): number {
  return random(seed, STREAM, run) * 2 ** 53
}
