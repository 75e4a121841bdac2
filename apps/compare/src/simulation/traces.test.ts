/** Published traces, compared with published hit counts. `TRACES_DIR` names the folder of the traces. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTrace, type TraceRequest } from 'workload/traces'
import { simulate } from './simulate.ts'

const folder = process.env.TRACES_DIR
const LONG_MS = 1e11

async function requestsIn(file: string): Promise<TraceRequest[]> {
  return (await readTrace(join(folder!, file))).requests
}

describe.skipIf(folder === undefined)('LRU hit ratio', { timeout: 120_000 }, () => {
  it.each([
    ['lirs-loop.trace.gz', { 1010: 0, 1011: 0.998 }],
    ['lirs-cs.trace.gz', { 1000: 0.018286, 1408: 0.792214 }],
    ['lirs-gli.trace.gz', { 1000: 0.112053, 2000: 0.574065 }],
    ['corda-vaultservice.gz', { 128: 1 / 3, 1024: 1 / 3 }],
  ])('of %s', async (file, expected) => {
    const requests = await requestsIn(file)
    for (const [maxEntries, hitRatio] of Object.entries(expected)) {
      const options = { requests, ttlMs: LONG_MS, maxEntries: Number(maxEntries), seed: 1 }
      const simulated = await simulate({ ...options, strategy: 'cache-aside' })
      expect(Math.abs(simulated.hitRatio - hitRatio), `${file} with capacity ${maxEntries}`).toBeLessThan(0.00005)
    }
  })
})

describe.skipIf(folder === undefined)('hits of a web server of 1995 with unlimited capacity', () => {
  it.each([
    [60, 3_370],
    [300, 5_720],
    [3_600, 8_144],
  ])('and a TTL of %d s', async (ttlS, hits) => {
    // The published count treats the only POST as a read.
    const requests = (await requestsIn('http-nasa-19950701.tsv.gz')).map(
      (request) => ({ ...request, op: 'read' }) as const,
    )
    const simulated = await simulate({ strategy: 'cache-aside', requests, ttlMs: ttlS * 1_000, seed: 1 })
    expect(simulated).toMatchObject({ reads: 9_999, outcomes: { hits } })
  })
})
