/**
 * The stores in memory of `cache-core` and of the naive forms, as a simulation needs them: the same answers in a fraction of
 * the time. They know no tags and no limit in bytes, since a trace has no tags, and a capacity is a number of entries.
 * `same-figures.test.ts` compares them with the originals.
 */
import type { Store } from 'cache-core'
import { ENTRY_PREFIX, type KeyValue, LOCK_PREFIX, type OwnStorage } from 'strategies'
import type { EntrySlots } from './entry-slots.ts'
import { LeaseSlots } from './lease-slots.ts'
import { NO_SLOT, type Row, type SimulatedOrigin } from './simulated-origin.ts'

/** As in the stores that these replace. */
const MAX_LEASES = 10_000
const MAX_LOCKS = 100_000
/** Where an entry has its identity. */
const IDENTITY_START = 4

const NO_EPOCHS: readonly Buffer[] = []
const notUsed = () => {
  throw new Error('a simulation does not use this')
}

export function simulatedStores(origin: SimulatedOrigin, entries: EntrySlots, now: () => number): OwnStorage {
  return { store: () => guardedStore(origin, entries, now), keyValue: () => keyValue(origin, entries, now) }
}

function guardedStore(origin: SimulatedOrigin, entries: EntrySlots, now: () => number): Store {
  const leases = new LeaseSlots(MAX_LEASES)
  /** Readers that wait for the end of a lease. */
  const waiting = new Map<Row, Set<() => void>>()

  function wait(row: Row, ended: () => void): () => void {
    const all = waiting.get(row) ?? new Set()
    waiting.set(row, all.add(ended))
    return () => all.delete(ended)
  }

  function endLease(row: Row): void {
    leases.delete(row)
    const told = waiting.get(row)
    if (told === undefined) return
    waiting.delete(row)
    for (const ended of told) ended()
  }

  return {
    clock: { earliest: now, latest: now },
    guarantee: { where: 'this process', readAfterWriteOf: 'keys and tags' },

    get(key) {
      const row = origin.row(key)
      return { bytes: entries.has(row) ? entries.copy(row) : undefined, epochs: NO_EPOCHS }
    },

    acquire(key, { token, leaseMs, seen }) {
      const row = origin.row(key)
      if (entries.has(row) && !(seen && entries.matches(row, seen, IDENTITY_START))) {
        return { kind: 'entry', bytes: entries.copy(row), epochs: NO_EPOCHS }
      }
      const endsAt = leases.endsAt(row)
      if (endsAt !== undefined && now() < endsAt) {
        const news = { isExpected: true, listen: (ended: () => void) => wait(row, ended), missed() {} }
        return { kind: 'held', endsInMs: endsAt - now(), news }
      }
      leases.set(row, token, now() + leaseMs)
      return { kind: 'granted', epochs: NO_EPOCHS }
    },

    claim(key, { token, leaseMs }) {
      const row = origin.row(key)
      leases.set(row, token, now() + leaseMs)
      return { epochs: NO_EPOCHS, ...(row.entrySlot !== NO_SLOT && { head: entries.copy(row) }) }
    },

    fill(key, { token, entry, expiresAt }) {
      const row = origin.row(key)
      if (!leases.holds(row, token)) return false
      endLease(row)
      if (now() >= expiresAt) return false
      entries.set(row, entry, expiresAt)
      return true
    },

    renew(key, token, leaseMs) {
      const row = origin.row(key)
      if (!leases.holds(row, token)) return false
      leases.set(row, token, now() + leaseMs)
      return true
    },

    release(key, token) {
      const row = origin.row(key)
      if (leases.holds(row, token)) endLease(row)
    },

    invalidate(keys) {
      for (const key of keys) {
        const row = origin.row(key)
        endLease(row)
        entries.delete(row)
      }
      return true
    },

    invalidateAll: notUsed,
  }
}

function keyValue(origin: SimulatedOrigin, entries: EntrySlots, now: () => number): KeyValue {
  const locks = new LeaseSlots(MAX_LOCKS)
  const isLock = (key: string) => key.startsWith(LOCK_PREFIX)
  const lockedRow = (key: string) => origin.prefixedRow(LOCK_PREFIX, key)
  const rowOf = (key: string) => origin.prefixedRow(ENTRY_PREFIX, key)

  return {
    get(key) {
      const row = rowOf(key)
      return entries.has(row) ? entries.copy(row) : undefined
    },
    set(key, value, ttlMs) {
      entries.set(rowOf(key), value, now() + ttlMs)
    },
    setIfAbsent(key, _value, ttlMs) {
      const row = lockedRow(key)
      const endsAt = locks.endsAt(row)
      if (endsAt !== undefined && now() < endsAt) return false
      locks.set(row, '', now() + ttlMs)
      return true
    },
    delete(key) {
      if (isLock(key)) locks.delete(lockedRow(key))
      else entries.delete(rowOf(key))
    },
    clear: notUsed,
  }
}
