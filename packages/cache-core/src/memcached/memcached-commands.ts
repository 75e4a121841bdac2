import { identityOf } from '../entry.ts'
import { questionOf } from '../ports/question.ts'
import type { Acquired, Epochs, Lookup, Store } from '../ports/store.ts'
import type { ServerClock } from '../resilience/server-clock.ts'
import { TrailingCoalescer } from '../resilience/trailing-coalescer.ts'
import { warnOnce } from '../warn-once.ts'
import type { WarningListener } from '../warning.ts'
import { addEpoch, decodeEpoch, readEpoch, renewEpoch } from './epoch-items.ts'
import { type HeldLease, HeldLeases } from './held-leases.ts'
import { decodeItem, encodeItem, type Item, namesOf, tagName } from './item.ts'
import type { MemcachedServer } from './memcached-server.ts'
import type { Ring } from './ring.ts'

/** Lifetime of an epoch; after it, the entries that carry the epoch are loaded again. Bounds the memory of unused tags. */
const TAG_TTL_S = 7 * 24 * 60 * 60
/** The longest TTL: memcached reads larger numbers as a date. */
const LONGEST_TTL_S = 30 * 24 * 60 * 60
/** A lease's item, and the stub whose CAS guards its fill, are kept for this many lease times: a slow holder may still fill. */
const KEPT_FOR_LEASES = 20
/** How often an operation is tried while other processes change the item. After that, the caller is asked to retry. */
const ATTEMPTS = 8
const COME_AGAIN_MS = 5
/** Upper bound of memcached's own bytes per item, beside name and data. */
const ITEM_OVERHEAD_BYTES = 100

type Outcome =
  | { readonly kind: 'granted' }
  | { readonly kind: 'entry'; readonly bytes: Buffer }
  | { readonly kind: 'held'; readonly endsInMs: number }

/**
 * The guarded protocol in meta commands. The CAS of the entry's item is the guard: **a fill is stored only over the same item
 * that the lease was granted on**, and every write replaces or drops that item. A second item says who may take over the lease;
 * safety does not depend on it.
 *
 * Rejects when memcached does; `memcachedStore` adds the resilience.
 */
export function memcachedCommands(ring: Ring, prefix: string, clock: ServerClock, warn: WarningListener): Store {
  const lookups = new TrailingCoalescer<Lookup>()
  const held = new HeldLeases()
  const warnLarge = warnOnce(warn)
  const allName = `${prefix}a`

  const live = (item: Item | undefined, all: string | undefined): Buffer | undefined =>
    item !== undefined && item.all === all && clock.latest() < item.expiresAt ? item.bytes : undefined

  const epochsOf = (tags: readonly string[]): Promise<Epochs> =>
    Promise.all(
      tags.map((tag) => {
        const name = tagName(prefix, tag)
        return readEpoch(ring.of(name), name, TAG_TTL_S)
      }),
    )

  async function lookUp(key: string, tags: readonly string[]): Promise<Lookup> {
    const { entry } = namesOf(prefix, key)
    const tagNames = tags.map((tag) => tagName(prefix, tag))
    const home = ring.of(entry)
    const byServer = new Map([[home, [entry, allName]]])
    for (const name of tagNames) {
      const server = ring.of(name)
      const names = byServer.get(server)
      if (names === undefined) byServer.set(server, [name])
      else names.push(name)
    }
    const answers = await Promise.all(
      [...byServer].map(async ([server, names]) => [server, await server.get(names)] as const),
    )
    const found = new Map(answers)
    const items = found.get(home)!
    return {
      bytes: live(decodeItem(items.get(entry)), items.get(allName)),
      epochs: tagNames.map((name) => decodeEpoch(found.get(ring.of(name))!.get(name))),
    }
  }

  /** Reads the items of a key, after trying to add a stub and our lease where there are none. */
  async function look(key: string, token: string, leaseMs: number) {
    const { entry, lease } = namesOf(prefix, key)
    const server = ring.of(entry)
    const ttl = keptFor(leaseMs)
    const [, stub, , items, now, leased] = await Promise.all([
      server.store(lease, leaseText(token, leaseMs), ttl, 'ME'),
      server.store(entry, '', ttl, 'ME'),
      addEpoch(server, allName, 0),
      server.get([entry, lease, allName]),
      // After `get`: a change in between may be overwritten, since the load is later still. An earlier CAS would only be refused.
      server.meta(`mg ${entry} c`),
      server.meta(`mg ${lease} c`),
    ])
    const [end, ...holder] = (items.get(lease) ?? '').split(' ')
    return {
      server,
      isStubOurs: stub.isDone && stub.cas === now.cas,
      cas: now.cas,
      text: items.get(entry),
      all: items.get(allName),
      isOurs: holder.join(' ') === token,
      leaseCas: leased.cas,
      endsInMs: Number(end) - clock.latest(),
    }
  }

  async function acquire(key: string, token: string, leaseMs: number, seen: Buffer | undefined): Promise<Outcome> {
    const { entry, lease } = namesOf(prefix, key)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await look(key, token, leaseMs)
      const { server, cas, all, leaseCas } = there
      if (cas === undefined || all === undefined) continue
      const item = decodeItem(there.text)
      const bytes = live(item, all)
      if (bytes !== undefined && !(seen && identityOf(bytes).equals(seen))) {
        if (there.isOurs) await server.meta(`md ${lease} C${leaseCas ?? 0}`)
        return { kind: 'entry', bytes }
      }
      if (!there.isOurs) {
        if (there.endsInMs > 0) return { kind: 'held', endsInMs: there.endsInMs }
        // The lease has ended or is unreadable. Its CAS lets only one caller take it over.
        if (leaseCas !== undefined)
          await server.store(lease, leaseText(token, leaseMs), keptFor(leaseMs), `C${leaseCas}`)
        continue
      }
      const guard = there.isStubOurs ? cas : await renewCas(server, entry, cas, bytes && item, leaseMs)
      if (guard === undefined) continue
      held.add(entry, token, { server, entryCas: guard, leaseCas, all })
      return { kind: 'granted' }
    }
    return { kind: 'held', endsInMs: COME_AGAIN_MS }
  }

  /**
   * Gives the item a new CAS, since its current one may guard the fill of an earlier holder. An unusable entry is replaced by a
   * stub; a usable one is kept for as long as its replacement may take.
   */
  async function renewCas(
    server: MemcachedServer,
    entry: string,
    cas: string,
    kept: Item | undefined,
    leaseMs: number,
  ) {
    const ttl = keptFor(leaseMs)
    if (kept === undefined) return (await server.store(entry, '', ttl, `C${cas}`)).cas
    const left = ttlSeconds(kept.expiresAt - clock.earliest())
    const [appended] = await Promise.all([
      server.store(entry, '', 0, `MA C${cas}`),
      left < ttl && server.meta(`mg ${entry} T${ttl}`),
    ])
    return appended.cas
  }

  const leaseText = (token: string, leaseMs: number) => `${clock.earliest() + leaseMs} ${token}`

  /** Ends a lease that is still this one. */
  async function endLease(lease: string, { server, leaseCas, renewing }: HeldLease): Promise<void> {
    await renewing
    if (leaseCas !== undefined) await server.meta(`md ${lease} C${leaseCas}`)
  }

  return {
    clock,
    guarantee: { where: 'every process', readAfterWriteOf: 'keys and tags' },

    get(key, tags) {
      return lookups.get(questionOf(key, tags), () => lookUp(key, tags))
    },

    async acquire(key, { token, leaseMs, seen, tags }): Promise<Acquired> {
      // Epochs from before the load. Older ones can only invalidate too much.
      const [acquired, epochs] = await Promise.all([acquire(key, token, leaseMs, seen), epochsOf(tags)])
      return acquired.kind === 'held' ? acquired : { ...acquired, epochs }
    },

    async claim(key, { token, leaseMs, tags }) {
      const { entry, lease } = namesOf(prefix, key)
      const server = ring.of(entry)
      const ttl = keptFor(leaseMs)
      const epochs = epochsOf(tags)
      epochs.catch(() => {}) // awaited below
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const [leased, , , claimed, items] = await Promise.all([
          server.store(lease, leaseText(token, leaseMs), ttl),
          addEpoch(server, allName, 0),
          server.store(entry, '', ttl, 'ME'),
          server.store(entry, '', 0, 'MA'), // appends nothing: the entry stays, with a new CAS
          server.get([allName]),
        ])
        const all = items.get(allName)
        if (claimed.cas === undefined || all === undefined) continue
        held.add(entry, token, { server, entryCas: claimed.cas, leaseCas: leased.cas, all })
        return { epochs: await epochs }
      }
      return undefined
    },

    async fill(key, { token, entry: bytes, expiresAt }) {
      const { entry, lease } = namesOf(prefix, key)
      const mine = held.take(entry, token)
      if (mine === undefined) return false
      const { server, all } = mine
      const leftMs = expiresAt - clock.earliest()
      const text = leftMs > 0 ? encodeItem({ bytes, expiresAt, all }) : undefined
      const isTooLarge =
        text !== undefined && Buffer.byteLength(text) + entry.length + ITEM_OVERHEAD_BYTES > server.largestItem
      if (isTooLarge) warnLarge(key, tooLarge(key, bytes.length, server))
      if (text === undefined || isTooLarge) {
        await endLease(lease, mine)
        return false
      }
      const ttl = ttlSeconds(leftMs)
      const [stored, items] = await Promise.all([
        server.store(entry, text, ttl, `C${mine.entryCas}`),
        server.get([allName]),
        endLease(lease, mine),
      ])
      return stored.isDone && items.get(allName) === all
    },

    async renew(key, token, leaseMs) {
      const { entry, lease } = namesOf(prefix, key)
      const mine = held.get(entry, token)
      if (mine?.leaseCas === undefined) return false
      const renewing = mine.server.store(lease, leaseText(token, leaseMs), keptFor(leaseMs), `C${mine.leaseCas}`)
      mine.renewing = renewing.then(
        ({ cas }) => {
          mine.leaseCas = cas
        },
        () => {},
      )
      return (await renewing).isDone
    },

    async release(key, token) {
      const { entry, lease } = namesOf(prefix, key)
      const mine = held.take(entry, token)
      if (mine !== undefined) await endLease(lease, mine)
    },

    async invalidate(keys, tags) {
      const dropped = keys.flatMap((key) => {
        const { entry, lease } = namesOf(prefix, key)
        const server = ring.of(entry)
        return [server.meta(`md ${entry}`), server.meta(`md ${lease}`)]
      })
      const bumped = tags.map((tag) => {
        const name = tagName(prefix, tag)
        return renewEpoch(ring.of(name), name, TAG_TTL_S)
      })
      await Promise.all([...dropped, ...bumped])
      return true
    },

    async invalidateAll() {
      await Promise.all(ring.servers.map((server) => renewEpoch(server, allName, 0)))
      return true
    },
  }
}

/** One second more, since memcached counts from its last tick. `get` ignores an entry that memcached keeps too long. */
function ttlSeconds(ms: number): number {
  return Math.min(Math.ceil(ms / 1_000) + 1, LONGEST_TTL_S)
}

const keptFor = (leaseMs: number) => ttlSeconds(KEPT_FOR_LEASES * leaseMs)

function tooLarge(key: string, bytes: number, server: MemcachedServer) {
  const message = `the entry of "${key}" has ${bytes} bytes, and ${server.node.id} keeps items of up to ${server.largestItem} bytes, so it is not kept; start memcached with a larger -I, or make the value smaller`
  return { code: 'ENTRY_TOO_LARGE', message } as const
}
