import type { CacheParts } from './cache-parts.ts'
import { Entry, identityOf, newToken } from './entry.ts'
import { isUnavailable } from './errors.ts'
import type { Epochs, Lookup } from './ports/store.ts'
import type { Before } from './ports/strategy.ts'
import type { Backlog } from './ports/write-log.ts'

/** Of a writer that must read the database first, under a read strategy that keeps nothing. Milliseconds. */
const LEASE_MS = 5_000
/** A writer that finds the lease of another one asks again after one to two times this, in milliseconds. */
const ASK_AGAIN_MS = 5
/** After this it gives up, in milliseconds. */
const GIVE_UP_MS = 5_000

/** Finds a key's value before a write, in the order of a read: entry, backlog, database. See `Writer.before`. */
export async function beforeWrite<T>(
  parts: CacheParts<T>,
  key: string,
  tags: readonly string[],
  backlog: Backlog,
  load: () => Promise<T | undefined>,
): Promise<Before<T> | undefined> {
  const { store, read, runtime } = parts
  const leaseMs = read.lifetime?.leaseMs ?? LEASE_MS
  const giveUpAt = runtime.now() + GIVE_UP_MS
  try {
    for (let found: Lookup = await store.get(key, tags); ; ) {
      const cached = valueIn(parts, key, found)
      if (cached !== undefined) return cached
      const token = newToken()
      const seen = found.bytes && identityOf(found.bytes)
      const takenAt = store.clock.earliest()
      const acquired = await store.acquire(key, { token, leaseMs, seen, tags })
      if (acquired.kind === 'granted') return await underLease(token, acquired.epochs, takenAt)
      if (acquired.kind === 'entry') found = acquired
      else {
        if (runtime.now() >= giveUpAt) return undefined
        await runtime.sleep(Math.min(acquired.endsInMs, ASK_AGAIN_MS * (1 + runtime.random())))
        found = await store.get(key, tags)
      }
    }
  } catch (error) {
    if (error instanceof LoadFailed) throw error.cause
    if (isUnavailable(error)) return undefined
    throw error
  }

  async function underLease(token: string, epochs: Epochs, takenAt: number): Promise<Before<T> | undefined> {
    const claim = { key, lease: { token, epochs }, loadMs: 0, takenAt, epochs }
    try {
      const pending = await backlog.newest(key)
      if (pending !== undefined) {
        const value = decoded(parts, key, pending.entry)
        if (value !== undefined) return { ...claim, ...value, basis: { kind: 'pending', id: pending.id } }
      } else {
        const startedAt = runtime.now()
        const value = await load().catch((cause: unknown) => {
          throw new LoadFailed('', { cause })
        })
        return { ...claim, value, loadMs: runtime.now() - startedAt, basis: { kind: 'lease', token } }
      }
    } catch (error) {
      await released(token)
      throw error
    }
    await released(token)
    return undefined // written by a release with another version of values
  }

  async function released(token: string): Promise<void> {
    try {
      await store.release(key, token)
    } catch {} // it expires
  }
}

class LoadFailed extends Error {}

/** The value in a usable entry. */
function valueIn<T>(parts: CacheParts<T>, key: string, { bytes, epochs }: Lookup): Before<T> | undefined {
  const { store, read, version } = parts
  if (bytes === undefined || read.lifetime === undefined) return undefined
  const entry = Entry.decode(bytes, key, version, read.lifetime.ttlMs)
  if (entry === undefined || !entry.hasEpochs(epochs)) return undefined
  if (store.clock.latest() >= Math.min(entry.freshUntil, entry.loadedAt + read.guarantee.staleForAtMostMs)) {
    return undefined
  }
  const value = decoded(parts, key, bytes)
  return (
    value && {
      ...value,
      key,
      lease: undefined,
      loadMs: entry.loadMs,
      takenAt: store.clock.earliest(),
      epochs: epochs as Epochs,
      // A copy: the reply's buffer need not stay in memory for it.
      basis: { kind: 'entry', identity: Buffer.from(identityOf(bytes)) },
    }
  )
}

/** `undefined`: these are not bytes of this cache. */
export function decoded<T>(
  { version, codec }: Pick<CacheParts<T>, 'version' | 'codec'>,
  key: string,
  bytes: Buffer,
): { readonly value: T | undefined } | undefined {
  const entry = Entry.decode(bytes, key, version)
  if (entry === undefined) return undefined
  try {
    return { value: entry.isAbsent ? undefined : codec.decode(entry.payload) }
  } catch {
    return undefined
  }
}
