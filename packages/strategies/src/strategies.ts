/**
 * The named strategies: one row each, read × write × store.
 */
import {
  cacheAside,
  expireOnly,
  invalidate,
  noCache,
  type ReadStrategy,
  refreshAhead,
  type Store,
  staleWhileRevalidate,
  stampedeLock,
  type WriteLog,
  type WriteStrategy,
  writeBehind,
  writeThrough,
  xfetch,
} from 'cache-core'
import { type Backend, guarded, inMemory, tiered, unguarded } from './backends.ts'
import type { StrategyName } from './strategy-names.ts'
import type { Tuning } from './tuning.ts'

export interface Strategy {
  /** For display. */
  readonly title: string
  readonly read: (tuning: Tuning) => ReadStrategy
  /** The read strategy's options by name, for code that builds the same one. */
  readonly options: (tuning: Tuning) => Readonly<Record<string, number>>
  /** @param log the queue for its writes, if it has one: see `queuesWrites` */
  readonly write: (log?: WriteLog) => WriteStrategy
  /** Its writes are queued in Redis. Without a queue it writes to the database directly. */
  readonly queuesWrites?: true
  readonly tunable: readonly (keyof Tuning)[]
  /** Builds the store on the given backend. */
  readonly store: (backend: Backend) => Store
  /** The kind of its store: memory whatever the backend, or two tiers if that is Redis. Absent: the backend decides. */
  readonly storeKind?: 'memory' | 'tiered'
  /** Its store lets every reader load, and keeps no leases. */
  readonly hasNoLeases?: true
  /** How it returns old values: it guarantees nothing. Absent: its guarantee holds. */
  readonly breaks?: string
}

/**
 * A read strategy with only its own options of a tuning, since it would refuse unknown ones.
 * @param more options derived from these
 */
function tuned<K extends keyof Tuning>(
  make: (options: Record<string, number>) => ReadStrategy,
  tunable: readonly K[],
  more: (chosen: Pick<Tuning, K>) => Record<string, number> = () => ({}),
) {
  const options = (tuning: Tuning) => {
    const chosen = Object.fromEntries(tunable.map((name) => [name, tuning[name]])) as Pick<Tuning, K>
    return { ...chosen, ...more(chosen) }
  }
  return { tunable, options, read: (tuning: Tuning) => make(options(tuning)) }
}

const ttlAndLease = ['ttlMs', 'leaseMs'] as const

/** No entry is served for longer than `staleMs` after its TTL, even if its load fails. */
const noLongerIfError = ({ staleMs }: Pick<Tuning, 'staleMs'>) => ({ staleIfErrorMs: staleMs })

/** The longest possible TTL. */
const neverExpires = () => ({ ttlMs: 10 * 365 * 24 * 60 * 60 * 1_000 })

export const strategies: Record<StrategyName, Strategy> = {
  'no-cache': {
    title: 'No cache (the floor)',
    ...tuned(noCache, []),
    write: expireOnly,
    store: guarded,
  },
  'cache-aside': {
    title: 'Cache-aside, time-based expiry',
    ...tuned(cacheAside, ttlAndLease),
    write: expireOnly,
    store: guarded,
  },
  'manual-invalidation': {
    title: 'Cache-aside, invalidated on write',
    ...tuned(cacheAside, ttlAndLease),
    write: invalidate,
    store: guarded,
  },
  'write-through': {
    title: 'Write-through',
    ...tuned(cacheAside, ttlAndLease),
    write: writeThrough,
    store: guarded,
  },
  'stampede-lock': {
    title: 'Cache-aside with a stampede lock',
    ...tuned(stampedeLock, ttlAndLease),
    write: invalidate,
    store: guarded,
  },
  'stale-while-revalidate': {
    title: 'Stale while revalidate',
    ...tuned(staleWhileRevalidate, [...ttlAndLease, 'staleMs'], noLongerIfError),
    write: invalidate,
    store: guarded,
  },
  xfetch: {
    title: 'XFetch: early refresh by chance',
    ...tuned(xfetch, [...ttlAndLease, 'beta']),
    write: invalidate,
    store: guarded,
  },
  'refresh-ahead': {
    title: 'Refresh ahead of expiry',
    ...tuned(refreshAhead, ttlAndLease),
    write: invalidate,
    store: guarded,
  },
  tiered: {
    title: 'Two tiers',
    ...tuned(stampedeLock, ttlAndLease),
    write: invalidate,
    store: tiered,
    storeKind: 'tiered',
  },
  'write-behind': {
    title: 'Write-behind',
    ...tuned(cacheAside, ttlAndLease),
    write: (log) => (log === undefined ? invalidate() : writeBehind({ log, otherwise: invalidate() })),
    queuesWrites: true,
    store: guarded,
  },
  'naive-invalidation': {
    title: 'Cache-aside, invalidated on write, as most libraries ship it',
    ...tuned(cacheAside, ttlAndLease),
    write: invalidate,
    store: unguarded,
    hasNoLeases: true,
    breaks: 'a load that began before a write leaves its old value cached until the TTL ends',
  },
  'naive-write-through': {
    title: 'Write-through, as most libraries ship it',
    ...tuned(cacheAside, ttlAndLease),
    write: writeThrough,
    store: unguarded,
    hasNoLeases: true,
    breaks: 'a slow reader, or the slower of two writers, leaves an old value cached until the TTL ends',
  },
  'naive-lock': {
    title: 'Stampede lock, as most libraries ship it',
    ...tuned(stampedeLock, ttlAndLease),
    write: invalidate,
    store: (backend) => unguarded(backend, { lock: true }),
    breaks:
      'a load that began before a write, or that outlasts its lock, leaves its old value cached until the TTL ends',
  },
  'always-hit': {
    title: 'Always hit (the ceiling, not a strategy)',
    ...tuned(cacheAside, [], neverExpires),
    write: expireOnly,
    store: inMemory,
    storeKind: 'memory',
    breaks: 'memory that never expires and sees no write: it shows how fast a cache could be at best',
  },
}
