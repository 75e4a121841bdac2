import { expect, it } from 'vitest'
import { madeUpComparison } from '../../../test/made-up-comparison.ts'
import { whyReadsWait } from './why-reads-wait.ts'

/** The default load of `pnpm compare`. */
const blog = { posts: 150, writeShare: 0.005, pageShare: 0.2, reportShare: 0.005, ttlMs: 6_000, originDelayMs: 25 }

const said = (names: readonly string[], workload = {}) =>
  whyReadsWait(
    madeUpComparison({
      strategies: Object.fromEntries(names.map((name) => [name, {}])),
      workload: { ...blog, ...workload },
    }),
  ).map((block) => (block.kind === 'text' ? block.text : ''))

it('counts the posts that are read often enough for an early refresh', () => {
  const [text] = said(['refresh-ahead', 'xfetch'])
  // Rank r is read 27.6 / r^0.99 times per second. From 0.58 and 27.7 reads per second on, a read is more likely than no read.
  expect(text).toContain(
    'refresh-ahead needs a read in the last fifth of the TTL, 1.2 s: of 150 posts, 49 have one in most expiries',
  )
  expect(text).toContain(
    'xfetch needs a read within about a load time of the expiry, 25 ms: of 150 posts, none has one in most expiries',
  )
})

it('says that loads without a delay leave xfetch too little time', () => {
  expect(said(['xfetch'], { originDelayMs: 0 })[0]).toContain(
    'here only the time of a query: of 150 posts, none has one',
  )
})

it('is empty if no strategy refreshes early, or if the rate of reads per post is unknown', () => {
  expect(said(['stampede-lock', 'stale-while-revalidate'])).toEqual([])
  expect(said(['xfetch'], { popularity: 'latest' })).toEqual([])
})
