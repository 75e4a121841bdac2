/** What is explored, and the times of its entries. */
import type { Cache } from '../src/create-cache.ts'
import type { Store } from '../src/ports/store.ts'
import type { ReadStrategy, WriteStrategy } from '../src/ports/strategy.ts'
import type { Backend } from './backends.ts'
import { offered } from './offered.ts'

/** The subject of an exploration: a read strategy × a write strategy × a backend. */
export interface Subject {
  readonly name: string
  readonly read: (times: Times) => ReadStrategy
  readonly write: () => WriteStrategy
  readonly backend: Backend
  /** Replaces a part, to test the effect. */
  readonly variant?: Variant
}

export interface Variant {
  readonly store?: (store: Store, process: string) => Store
  readonly cache?: (cache: Cache<number>) => Cache<number>
  /** Whether an outbox's relay delivers invalidations that writers could not. Default true. */
  readonly hasOutbox?: boolean
}

/** In milliseconds. */
export interface Times {
  readonly ttlMs: number
  readonly leaseMs: number
  /** How much longer than its TTL a strategy that serves stale may serve an entry. */
  readonly staleMs: number
}

/** Shorter than the deadline of a command, so that entries and leases end while commands are running. */
export const SHORT: Times = { ttlMs: 100, leaseMs: 30, staleMs: 100 }
/** Longer than any outage, so that an expiry never hides an error. */
export const LONG: Times = { ttlMs: 600_000, leaseMs: 30, staleMs: 600_000 }

/** Whether an entry is kept for longer than it is fresh. */
export function canFallBack({ read }: Subject): boolean {
  const { lifetime } = read(offered(SHORT))
  return lifetime !== undefined && lifetime.staleMs > 0
}
