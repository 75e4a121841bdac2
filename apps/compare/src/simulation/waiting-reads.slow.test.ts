/** Reads that wait for a load, on the virtual clock: under the default load of `pnpm compare`, and for one hot key. */
import type { StrategyName } from 'strategies'
import { expect, it } from 'vitest'
import { measuredMsFor, planOf, random, warmupMsFor, workloads } from 'workload'
import type { TraceRequest } from 'workload/traces'
import { type Simulated, simulate } from './simulate.ts'

const { blog } = workloads
const warmupMs = warmupMsFor(blog.ttlMs)
const measuredMs = measuredMsFor(blog.ttlMs)

/** The front page and the report have their own keys. Each edit invalidates both, as their tag does in the API. */
function* requestsOf(seed: number, { withEdits }: { withEdits: boolean }): Generator<TraceRequest> {
  const plan = planOf(blog, { seed, warmupMs, measuredMs })
  for (let n = 0; n < plan.operations; n++) {
    const operation = plan.operationAt(n)
    const timeMs = plan.timeAtMs(n)
    if (operation.kind === 'read') yield { timeMs, op: 'read', key: `post:${operation.id}` }
    if (operation.kind === 'page' || operation.kind === 'report') yield { timeMs, op: 'read', key: operation.kind }
    if (operation.kind === 'write' && withEdits) {
      for (const key of [`post:${operation.id}`, 'page', 'report']) yield { timeMs, op: 'write', key }
    }
  }
}

/** Waiting reads per second, averaged over the operations of the 5 runs of a stored comparison. */
async function waiting(strategy: StrategyName, withEdits: boolean): Promise<number> {
  const loadMs = blog.originDelayMs + 2 // 2 ms for the query
  const options = { strategy, ttlMs: blog.ttlMs, loadMs, processes: 2, warmupMs }
  let sum = 0
  for (let seed = 2; seed <= 6; seed++) {
    const { waitingReads } = await simulate({ ...options, requests: requestsOf(seed, { withEdits }), seed })
    sum += (waitingReads * 1_000) / measuredMs
  }
  return sum / 5
}

it('under the default load, 4 of 5 waiting reads no longer wait if stale values are served, and the rest wait after a write', {
  timeout: 120_000,
}, async () => {
  const lock = { edits: await waiting('stampede-lock', true), none: await waiting('stampede-lock', false) }
  const stale = {
    edits: await waiting('stale-while-revalidate', true),
    none: await waiting('stale-while-revalidate', false),
  }
  expect(lock.edits / stale.edits).toBeGreaterThanOrEqual(5)
  // Without edits only the first read of a key waits, and the warm-up leaves few of those.
  expect(stale.none).toBeLessThan(1)
  expect(lock.none).toBeGreaterThan(0.8 * lock.edits)
  const [ahead, early] = [await waiting('refresh-ahead', true), await waiting('xfetch', true)]
  expect(ahead).toBeLessThan(0.75 * lock.edits)
  expect(early).toBeLessThan(lock.edits)
})

/** `loadtests/hot-key-expiry.ts`: 300 reads per second of one post, at random, for 10 s. */
function hotKey(seed: number): TraceRequest[] {
  let timeMs = 0
  return Array.from({ length: 3_000 }, (_, n) => {
    timeMs += (-Math.log(1 - random(seed, 0, n)) / 300) * 1_000
    return { timeMs, op: 'read', key: 'hot' }
  })
}

it.each(['stale-while-revalidate', 'xfetch', 'refresh-ahead'] as const)(
  'at the expiries of a hot key, 5 times fewer reads wait under %s than under stampede-lock',
  async (strategy) => {
    // The cold start is not an expiry.
    const options = { ttlMs: 1_000, loadMs: 100, processes: 4, warmupMs: 500 }
    const waited: Record<string, number> = {}
    for (const name of [strategy, 'stampede-lock'] as const) {
      const runs: Simulated[] = []
      for (let seed = 1; seed <= 3; seed++)
        runs.push(await simulate({ ...options, strategy: name, requests: hotKey(seed), seed }))
      waited[name] = runs.reduce((sum, { waitingReads }) => sum + waitingReads, 0)
    }
    expect(waited['stampede-lock']).toBeGreaterThan(3 * 9 * 20)
    expect(waited[strategy]! * 5).toBeLessThanOrEqual(waited['stampede-lock']!)
  },
)
