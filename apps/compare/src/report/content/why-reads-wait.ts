/** Explains which reads no longer wait with an early refresh, and which still do. */
import { defaultTuning } from 'strategies/tuning'
import { zipf } from 'workload'
import type { ComparedStrategy, ComparedWorkload, Comparison } from '../../comparison.ts'
import { AHEAD } from '../../theory/predict.ts'
import { formatCount, formatFigure, formatMs } from '../format.ts'
import { type Block, text } from './content.ts'

/** Empty without a strategy that refreshes early, or if the rate of reads per post is unknown. */
export function whyReadsWait({ config, strategies }: Comparison): Block[] {
  const { workload } = config
  if (workload.trace !== null || workload.crowd !== null || workload.cold || workload.popularity !== 'zipf') return []
  const early = strategies.flatMap((strategy) => {
    const window = windowMs(strategy, workload)
    if (window === undefined) return []
    const posts = postsReadWithin(workload, window)
    return [
      `${strategy.name} needs a read ${within(strategy, window)}: of ${formatCount(workload.posts)} posts, ${posts === 0 ? 'none has' : `${formatCount(posts)} ${posts === 1 ? 'has' : 'have'}`} one in most expiries`,
    ]
  })
  if (early.length === 0) return []
  return [
    text(
      'Which reads wait: an invalidated value is never served, so the next read waits under every strategy that invalidates. ' +
        'After an expiry a read waits only if no earlier read refreshed the entry; ' +
        `stale-while-revalidate serves the expired value instead. ${early.join('. ')}.`,
    ),
  ]
}

/** How long before an expiry a read is likely to refresh the entry. */
function windowMs({ name, tuning }: ComparedStrategy, { ttlMs, originDelayMs }: ComparedWorkload): number | undefined {
  if (name === 'refresh-ahead') return AHEAD * ttlMs
  return name === 'xfetch' ? (tuning?.beta ?? defaultTuning.beta) * originDelayMs : undefined
}

function within({ name }: ComparedStrategy, window: number): string {
  if (name === 'refresh-ahead') return `in the last fifth of the TTL, ${formatMs(window)}`
  return window === 0
    ? 'within about a load time of the expiry, here only the time of a query'
    : `within about a load time of the expiry, ${formatFigure('readP50Ms', window)} ms`
}

/** The number of posts that are more likely than not read within the window. */
function postsReadWithin(workload: ComparedWorkload, window: number): number {
  const { posts, zipf: exponent, ratePerSecond, writeShare, listShare, pageShare, reportShare, insertShare } = workload
  const others = writeShare + listShare + pageShare + reportShare + insertShare
  const popularity = zipf({ items: posts, exponent })
  let often = 0
  for (let rank = 1; rank <= posts; rank++) {
    const expected = (ratePerSecond * (1 - others) * popularity.probability(rank) * window) / 1_000
    if (expected >= Math.LN2) often++
  }
  return often
}
