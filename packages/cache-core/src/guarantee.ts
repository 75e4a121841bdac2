import type { ReadAfterWriteOf, Store, StoreGuarantee } from './ports/store.ts'
import type { LoadsPerExpiry, ReadStrategy, WriteStrategy } from './ports/strategy.ts'

/** The guarantee of a cache: it combines the guarantees of the read strategy, the write strategy and the store. */
export interface Guarantee {
  /**
   * Maximum age of a cached value that no write invalidates (after an out-of-band change), in milliseconds since its load
   * began. For writes through the cache, see `readAfterWriteOf`.
   */
  readonly staleForAtMostMs: number
  /** A read that begins after a write was acknowledged never returns an older value: in any process, by key or by tag. */
  readonly readAfterWrite: boolean
  /** The reads that never return a value older than an acknowledged write. `where` gives the readers. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  readonly where: StoreGuarantee['where']
  /** Readers in other processes see an acknowledged write within this many milliseconds. Absent: immediately, if `where` covers them. */
  readonly othersWithinMs?: number
  readonly loadsPerExpiry: LoadsPerExpiry
  /** Whether an acknowledged write may be lost. */
  readonly mayLoseWrites: boolean
}

/**
 * @example
 * ```ts
 * import { cacheAside, guaranteeOf, invalidate, memoryStore } from 'cache-core'
 *
 * const { readAfterWrite, staleForAtMostMs } = guaranteeOf(cacheAside({ ttlMs: 60_000 }), invalidate(), memoryStore())
 * ```
 */
export function guaranteeOf(
  read: Pick<ReadStrategy, 'guarantee' | 'lifetime'>,
  write: Pick<WriteStrategy, 'guarantee' | 'backlog'>,
  store: Pick<Store, 'guarantee'>,
): Guarantee {
  const { mayLoseWrites } = write.guarantee
  if (read.lifetime === undefined) {
    // Nothing is kept, so only the database can be old: while it lacks the writes of a backlog.
    const readAfterWriteOf = write.backlog === undefined ? 'keys and tags' : write.guarantee.readAfterWriteOf
    const readAfterWrite = readAfterWriteOf === 'keys and tags'
    return { ...read.guarantee, readAfterWrite, readAfterWriteOf, where: 'every process', mayLoseWrites }
  }
  const { where, othersWithinMs } = store.guarantee
  const readAfterWriteOf = weaker(write.guarantee.readAfterWriteOf, store.guarantee.readAfterWriteOf)
  return {
    ...read.guarantee,
    readAfterWrite: readAfterWriteOf === 'keys and tags' && where === 'every process' && othersWithinMs === undefined,
    readAfterWriteOf,
    where,
    ...(othersWithinMs !== undefined && { othersWithinMs }),
    mayLoseWrites,
  }
}

const fromWeakest: readonly ReadAfterWriteOf[] = ['none', 'keys', 'keys and tags']

function weaker(a: ReadAfterWriteOf, b: ReadAfterWriteOf): ReadAfterWriteOf {
  return fromWeakest[Math.min(fromWeakest.indexOf(a), fromWeakest.indexOf(b))]!
}
