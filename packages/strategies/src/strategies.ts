/**
 * The named strategies: one row each, read × write × store.
 */
import {
  cacheAside,
  expireOnly,
  invalidate,
  noCache,
  type ReadStrategy,
  type Store,
  stampedeLock,
  type WriteStrategy,
  writeThrough,
} from 'cache-core'
import { type Backend, guarded, unguarded } from './backends.ts'
import type { StrategyName } from './strategy-names.ts'

/** What can be changed at run time, in milliseconds. Each row takes what it lists in `tunable`. */
export const tunables = ['ttlMs', 'leaseMs'] as const
export type Tuning = Readonly<Record<(typeof tunables)[number], number>>

export interface Strategy {
  /** For people. */
  readonly title: string
  readonly read: (tuning: Tuning) => ReadStrategy
  readonly write: () => WriteStrategy
  readonly tunable: readonly (keyof Tuning)[]
  /** Builds the store in the place given. */
  readonly store: (backend: Backend) => Store
  /** How a naive form returns old values: it guarantees nothing. Absent: its guarantee holds. */
  readonly breaks?: string
}

const ttlAndLease = ['ttlMs', 'leaseMs'] as const

export const strategies: Record<StrategyName, Strategy> = {
  'no-cache': {
    title: 'No cache (the floor)',
    read: noCache,
    write: expireOnly,
    tunable: [],
    store: guarded,
  },
  'cache-aside': {
    title: 'Cache-aside, time-based expiry',
    read: cacheAside,
    write: expireOnly,
    tunable: ttlAndLease,
    store: guarded,
  },
  'manual-invalidation': {
    title: 'Cache-aside, invalidated on write',
    read: cacheAside,
    write: invalidate,
    tunable: ttlAndLease,
    store: guarded,
  },
  'write-through': {
    title: 'Write-through',
    read: cacheAside,
    write: writeThrough,
    tunable: ttlAndLease,
    store: guarded,
  },
  'stampede-lock': {
    title: 'Cache-aside with a stampede lock',
    read: stampedeLock,
    write: invalidate,
    tunable: ttlAndLease,
    store: guarded,
  },
  'naive-invalidation': {
    title: 'Cache-aside, invalidated on write, as most libraries ship it',
    read: cacheAside,
    write: invalidate,
    tunable: ttlAndLease,
    store: unguarded,
    breaks: 'a load that a write overtakes leaves its old value cached until the TTL ends',
  },
  'naive-write-through': {
    title: 'Write-through, as most libraries ship it',
    read: cacheAside,
    write: writeThrough,
    tunable: ttlAndLease,
    store: unguarded,
    breaks: 'a slow reader, or the slower of two writers, leaves an old value cached until the TTL ends',
  },
  'naive-lock': {
    title: 'Stampede lock, as most libraries ship it',
    read: stampedeLock,
    write: invalidate,
    tunable: ttlAndLease,
    store: (backend) => unguarded(backend, { lock: true }),
    breaks: 'a load that a write overtakes, or that outlasts its lock, leaves its old value cached until the TTL ends',
  },
}
