/**
 * A queue of writes over a memory store, as a reference for the one in Redis: each method is one atomic step. Two buckets, so that a
 * flusher works on several.
 */
import { identityOf, newToken } from '../src/entry.ts'
import type { Store } from '../src/ports/store.ts'
import type { Appended, PendingWrite, QueuedWrite, TakenWrite, TakeRequest } from '../src/ports/write-log.ts'

interface Queued extends TakenWrite {
  taken?: { by: string; at: number }
}

export class EmulatedQueue {
  readonly buckets = 2
  readonly queue: Queued[] = []
  readonly pending = new Map<string, PendingWrite>()
  readonly dead: TakenWrite[] = []
  readonly #direct = new Map<string, Set<string>>()
  protected readonly store: Store
  readonly #now: () => number
  #lastId = 0

  constructor(store: Store, now: () => number) {
    this.store = store
    this.#now = now
  }

  append(key: string, write: QueuedWrite): Appended {
    if ((this.#direct.get(key)?.size ?? 0) > 0) return { kind: 'refused' }
    if (!this.stands(key, write)) return { kind: 'changed' }
    this.keep(key, write)
    const id = `${++this.#lastId}-0`
    this.queue.push({ key, id, command: structuredClone(write.command), tags: write.tags })
    this.pending.set(key, { id, entry: write.entry })
    return { kind: 'queued', id, ack: 'memory' }
  }

  protected stands(key: string, { basis, entry, expiresAt }: QueuedWrite): boolean {
    const newest = this.pending.get(key)
    if (basis.kind === 'pending') return newest?.id === basis.id
    if (basis.kind === 'lease') {
      const fill = { token: basis.token, entry: Buffer.from(entry), expiresAt }
      return newest === undefined && this.store.fill(key, fill) === true
    }
    const { bytes } = this.store.get(key, []) as { bytes: Buffer | undefined }
    return bytes !== undefined && identityOf(bytes).equals(basis.identity)
  }

  /** Keeps the entry and revokes the lease. */
  protected keep(key: string, { entry, expiresAt }: QueuedWrite): void {
    const token = newToken()
    this.store.claim(key, { token, leaseMs: 1_000, tags: [] })
    this.store.fill(key, { token, entry: Buffer.from(entry), expiresAt })
  }

  newest(key: string): PendingWrite | undefined {
    return this.pending.get(key)
  }

  /** Whether the key has a queued write. */
  beginDirect(key: string, token: string): boolean {
    const under = this.#direct.get(key) ?? new Set()
    this.#direct.set(key, under.add(token))
    return this.pending.has(key)
  }

  endDirect(key: string, token: string): void {
    this.#direct.get(key)?.delete(token)
  }

  take(bucket: number, { consumer, count, takeOverAfterMs }: TakeRequest): readonly TakenWrite[] {
    const mine = this.queue.filter(({ key }) => bucketOf(key) === bucket)
    const oldest = mine.find(({ taken }) => taken !== undefined)?.taken
    if (oldest !== undefined && oldest.by !== consumer && this.#now() - oldest.at < takeOverAfterMs) return []
    const free = mine.filter(({ taken }) => {
      return taken === undefined || taken.by === consumer || this.#now() - taken.at >= takeOverAfterMs
    })
    const taken = free.slice(0, count)
    for (const write of taken) write.taken = { by: consumer, at: this.#now() }
    return taken.map(({ key, id, command, tags }) => ({ key, id, command, tags }))
  }

  done(_bucket: number, writes: readonly TakenWrite[]): void {
    for (const write of writes) {
      this.remove(write.id)
      this.clear(write)
    }
  }

  bury(_bucket: number, write: TakenWrite): void {
    if (!this.remove(write.id)) return
    this.dead.push(write)
    if (this.clear(write)) void this.store.invalidate([write.key], [])
  }

  protected remove(id: string): boolean {
    const at = this.queue.findIndex((queued) => queued.id === id)
    if (at >= 0) this.queue.splice(at, 1)
    return at >= 0
  }

  protected clear({ key, id }: TakenWrite): boolean {
    return this.pending.get(key)?.id === id && this.pending.delete(key)
  }
}

export function bucketOf(key: string): number {
  return key.charCodeAt(0) % 2
}
