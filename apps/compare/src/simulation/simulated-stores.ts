/**
 * The stores in memory of `cache-core` and of the naive forms, as a simulation needs them: the same answers for a fraction of
 * the time. They keep neither tags nor the bytes that a service would count, since a trace has no tags, and its capacity is a
 * number of entries. `simulate.test.ts` compares them with the originals.
 */
import type { Store } from 'cache-core'
import { ENTRY_PREFIX, type KeyValue, type OwnStorage } from 'strategies'
import type { EntrySlots } from './entry-slots.ts'
import { RecentMap } from './recent-map.ts'
import { NO_SLOT, type SimulatedOrigin } from './simulated-origin.ts'

/** As in the stores that these replace. */
const MAX_LEASES = 10_000
const MAX_OTHERS = 100_000
/** Where an entry has its identity. */
const IDENTITY_START = 4

const NO_EPOCHS: readonly Buffer[] = []

export function simulatedStores(origin: SimulatedOrigin, slots: EntrySlots, now: () => number): OwnStorage {
  return { store: () => guardedStore(origin, slots, now), keyValue: () => keyValue(origin, slots, now) }
}

interface Lease {
  readonly token: string
  readonly endsAt: number
}

function guardedStore(origin: SimulatedOrigin, slots: EntrySlots, now: () => number): Store {
  const leases = new RecentMap<Lease>(MAX_LEASES)
  const holds = (key: string, token: string) => leases.get(key)?.token === token

  return {
    clock: { earliest: now, latest: now },
    guarantee: { where: 'this process', readAfterWriteOf: 'keys and tags' },

    get(key) {
      const row = origin.row(key)
      return { bytes: slots.has(row) ? slots.copy(row) : undefined, epochs: NO_EPOCHS }
    },

    acquire(key, { token, leaseMs, seen }) {
      const row = origin.row(key)
      if (slots.has(row) && !(seen && slots.matches(row, seen, IDENTITY_START))) {
        return { kind: 'entry', bytes: slots.copy(row), epochs: NO_EPOCHS }
      }
      const lease = leases.get(key)
      if (lease !== undefined && now() < lease.endsAt) return { kind: 'held', endsInMs: lease.endsAt - now() }
      leases.set(key, { token, endsAt: now() + leaseMs })
      return { kind: 'granted', epochs: NO_EPOCHS }
    },

    claim(key, { token, leaseMs }) {
      leases.set(key, { token, endsAt: now() + leaseMs })
      const row = origin.row(key)
      return { epochs: NO_EPOCHS, ...(row.slot !== NO_SLOT && { head: slots.copy(row) }) }
    },

    fill(key, { token, entry, expiresAt }) {
      if (!holds(key, token)) return false
      leases.delete(key)
      if (now() >= expiresAt) return false
      slots.set(origin.row(key), entry, expiresAt)
      return true
    },

    renew(key, token, leaseMs) {
      if (!holds(key, token)) return false
      leases.set(key, { token, endsAt: now() + leaseMs })
      return true
    },

    release(key, token) {
      if (holds(key, token)) leases.delete(key)
    },

    invalidate(keys) {
      for (const key of keys) {
        leases.delete(key)
        slots.delete(origin.row(key))
      }
      return true
    },

    invalidateAll() {
      leases.clear()
      slots.clear()
      return true
    },
  }
}

interface Other {
  readonly value: Buffer
  readonly expiresAt: number
}

function keyValue(origin: SimulatedOrigin, slots: EntrySlots, now: () => number): KeyValue {
  /** Locks. */
  const others = new RecentMap<Other>(MAX_OTHERS)
  const isEntry = (key: string) => key.startsWith(ENTRY_PREFIX)
  const rowOf = (key: string) => origin.row(key.slice(ENTRY_PREFIX.length))

  function live(key: string): Buffer | undefined {
    if (isEntry(key)) {
      const row = rowOf(key)
      return slots.has(row) ? slots.copy(row) : undefined
    }
    const other = others.get(key)
    if (other === undefined || now() < other.expiresAt) return other?.value
    others.delete(key)
    return undefined
  }

  function keep(key: string, value: Buffer, ttlMs: number): void {
    if (isEntry(key)) slots.set(rowOf(key), value, now() + ttlMs)
    else others.set(key, { value, expiresAt: now() + ttlMs })
  }

  return {
    get: async (key) => live(key),
    async set(key, value, ttlMs) {
      keep(key, value, ttlMs)
    },
    async setIfAbsent(key, value, ttlMs) {
      if (live(key) !== undefined) return false
      keep(key, value, ttlMs)
      return true
    },
    async delete(key) {
      if (isEntry(key)) slots.delete(rowOf(key))
      else others.delete(key)
    },
    async clear() {
      slots.clear()
      others.clear()
    },
  }
}
