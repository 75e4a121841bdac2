/** The guided tour: what each step runs, and what to look at. */
import type { LoadSettings } from './api-types.ts'

export interface TourStep {
  readonly title: string
  /** One sentence. */
  readonly look: string
  readonly strategies: readonly string[]
  readonly load: Partial<LoadSettings>
  /** Done every few seconds while the load runs. */
  readonly action?: string
}

const steady = { ratePerSecond: 60, seconds: 60, zipf: 1, writeShare: 0, posts: 200, ttlMs: 6_000, originDelayMs: 25 }
/** Few posts and slow loads: many readers want the hottest post while it is being loaded. */
const hot = { ...steady, ratePerSecond: 100, zipf: 2, posts: 20, ttlMs: 60_000, originDelayMs: 400 }

export const tourSteps: readonly TourStep[] = [
  {
    title: 'No cache',
    look: 'Every read waits and is a database load: watch the orange dots under “Read time” and the rate under “Database loads”.',
    strategies: ['no-cache'],
    load: steady,
  },
  {
    title: 'Cache-aside',
    look: 'The same reads with a cache: most are hits of about 1 ms (the blue line), and database loads fall to a fraction.',
    strategies: ['no-cache', 'cache-aside'],
    load: steady,
  },
  {
    title: 'Stale reads',
    look: 'The most-read post is changed every few seconds, and cache-aside keeps serving the replaced value until the TTL ends: see “Stale values served”.',
    strategies: ['no-cache', 'cache-aside'],
    load: { ...steady, writeShare: 0.02 },
    action: 'write-hottest',
  },
  {
    title: 'Invalidation',
    look: 'manual-invalidation drops the entry before a write is acknowledged: it serves no stale value, for a few more database loads.',
    strategies: ['cache-aside', 'manual-invalidation'],
    load: { ...steady, writeShare: 0.02 },
    action: 'write-hottest',
  },
  {
    title: 'Stampede and lock',
    look: 'When the most-read post is dropped (dashed line), many readers wait for it: no-cache loads it for each of them, stampede-lock loads it once, even across processes.',
    strategies: ['no-cache', 'stampede-lock'],
    load: hot,
    action: 'expire-hottest',
  },
  {
    title: 'Two tiers',
    look: 'tiered keeps copies in the process: compare its cache calls and its hit times with those of stampede-lock.',
    strategies: ['stampede-lock', 'tiered'],
    load: { ...steady, ratePerSecond: 150 },
  },
]
