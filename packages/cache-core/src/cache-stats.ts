import type { Outcome } from './read-result.ts'

/** Counts of one cache in this process since it was created. */
export interface CacheStats {
  /** Reads by outcome; `failedReads` are those that threw. */
  hits: number
  stale: number
  misses: number
  collapsed: number
  bypassed: number
  failedReads: number
  /** Loads started, including background refreshes. */
  loads: number
  failedLoads: number
  fills: number
  /** Fills refused: a write intervened, the load outlasted its TTL, or the store was unavailable or full. */
  refusedFills: number
  /** Background refreshes started. */
  refreshes: number
  failedRefreshes: number
  writes: number
  /** Keys and tags invalidated; `invalidateAll` counts as one. */
  invalidations: number
}

export function newStats(): CacheStats {
  return {
    hits: 0,
    stale: 0,
    misses: 0,
    collapsed: 0,
    bypassed: 0,
    failedReads: 0,
    loads: 0,
    failedLoads: 0,
    fills: 0,
    refusedFills: 0,
    refreshes: 0,
    failedRefreshes: 0,
    writes: 0,
    invalidations: 0,
  }
}

/** Counts an answered read. */
export function countRead(stats: CacheStats, outcome: Outcome): void {
  switch (outcome) {
    case 'hit':
      stats.hits++
      break
    case 'stale':
      stats.stale++
      break
    case 'miss':
      stats.misses++
      break
    case 'collapsed':
      stats.collapsed++
      break
    case 'bypass':
      stats.bypassed++
      break
  }
}
