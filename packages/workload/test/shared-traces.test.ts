/** Real traces, which are not part of the project: set TRACES_DIR to their folder. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCounts } from '../src/traces/read-counts.ts'
import { readTrace } from '../src/traces/read-trace.ts'

const folder = process.env.TRACES_DIR

const traces = {
  'cache2k-web12.trace.xz': { format: 'be32', requests: 95_607, reads: 95_607, keys: 13_756, skipped: 0 },
  'corda-vaultservice.gz': { format: 'be64', requests: 135_702, reads: 135_702, keys: 90_468, skipped: 0 },
  'http-nasa-19950701.tsv.gz': { format: 'nasa-tsv', requests: 9_999, reads: 9_998, keys: 1_165, skipped: 0 },
  'lirs-cs.trace.gz': { format: 'keys', requests: 6_781, reads: 6_781, keys: 1_409, skipped: 2 },
  'lirs-gli.trace.gz': { format: 'keys', requests: 6_015, reads: 6_015, keys: 2_529, skipped: 0 },
  'lirs-loop.trace.gz': { format: 'keys', requests: 505_500, reads: 505_500, keys: 1_011, skipped: 0 },
  'meta-kv_traces_1.csv': { format: 'meta-kv', requests: 691, reads: 678, keys: 52, skipped: 0 },
}

const curves = {
  'elwiki-readcount.txt.gz': { keys: 1_060_121, mostPopular: 424_000 },
  'elwiki-writecount.txt.gz': { keys: 24_955, mostPopular: 530 },
}

describe.skipIf(folder === undefined)(`the traces of TRACES_DIR${folder === undefined ? ' (not set)' : ''}`, () => {
  const fileOf = (name: string) => join(folder!, name)

  it('are all in this list', () => {
    const inFolder = readdirSync(folder!).filter((name) => /\.(gz|xz|csv)$/.test(name))
    expect(inFolder.toSorted()).toEqual([...Object.keys(traces), ...Object.keys(curves)].toSorted())
  })

  it.each(Object.entries(traces))('%s', async (name, { skipped, ...expected }) => {
    const { report, requests } = await readTrace(fileOf(name))
    expect(report).toMatchObject({ ...expected, skipped: { total: skipped } })
    expect(requests.every(({ timeMs }, i) => i === 0 || timeMs >= requests[i - 1]!.timeMs)).toBe(true)
  })

  it.each(Object.entries(curves))('%s', async (name, { keys, mostPopular }) => {
    const counts = await readCounts(fileOf(name))
    expect([counts.length, counts[0]]).toEqual([keys, mostPopular])
    await expect(readTrace(fileOf(name))).rejects.toThrow('has no known format')
  })

  // The published counts for this trace: fresh while now − fill < TTL, no size limit, every request a read.
  it.each([
    [60, 3_370],
    [300, 5_720],
    [3_600, 8_144],
  ])('http-nasa-19950701 under a TTL of %i s has %i hits', async (ttlSeconds, expected) => {
    const { requests } = await readTrace(fileOf('http-nasa-19950701.tsv.gz'))
    const filledMs = new Map<string, number>()
    let hits = 0
    for (const { key, timeMs } of requests) {
      if (timeMs - (filledMs.get(key) ?? Number.NEGATIVE_INFINITY) < ttlSeconds * 1000) hits++
      else filledMs.set(key, timeMs)
    }
    expect(hits).toBe(expected)
  })
})
