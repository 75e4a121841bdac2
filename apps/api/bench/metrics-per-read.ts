/** What a read's metrics cost: exactly what the hit path calls, in a loop, less the empty loop. */
import { quantilesOf } from 'workload'
import { FrequentIds } from '../src/posts/hottest/frequent-ids.ts'
import { MAX_COUNTED } from '../src/posts/hottest/hottest-posts.ts'
import { Counters } from '../src/telemetry/counters.ts'

const CALLS = 100_000
const ROUNDS = 41
/** More than are counted, so that counts are also dropped. */
const POSTS = 10_000

/** Nanoseconds per read, medians of interleaved rounds. */
export function metricsPerRead(): { readonly countersNs: number; readonly hottestNs: number } {
  const counters = new Counters()
  const hottest = new FrequentIds(MAX_COUNTED)
  const bodies: readonly ((i: number) => void)[] = [
    () => {},
    (i) => counters.read('hit', 0.2 + (i & 127) / 100),
    (i) => hottest.add((i * 7_919) % POSTS),
  ]
  const taken = bodies.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [which, body] of bodies.entries()) {
      const startedAt = performance.now()
      for (let i = 0; i < CALLS; i++) body(i)
      taken[which]!.push(((performance.now() - startedAt) * 1e6) / CALLS)
    }
  }
  const [empty, counting, hot] = taken.map((ns) => quantilesOf(ns)(0.5)) as [number, number, number]
  return { countersNs: counting - empty, hottestNs: hot - empty }
}
