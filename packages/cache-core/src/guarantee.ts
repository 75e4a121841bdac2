import type { ReadAfterWriteOf, Store, StoreGuarantee } from './ports/store.ts'
import type { LoadsPerExpiry, ReadStrategy, WriteStrategy } from './ports/strategy.ts'

/** What a cache guarantees: what its read strategy, its write strategy and its store guarantee together. */
export interface Guarantee {
  /**
   * How old a value from the cache may be where no write invalidates it (a change made around the cache): milliseconds since
   * its load began. What was acknowledged through the cache is `readAfterWriteOf`'s matter.
   */
  readonly staleForAtMostMs: number
  /** No read, in any process, of a key or a tag, that begins after a write was acknowledged returns an older value. */
  readonly readAfterWrite: boolean
  /** The same by what is read; `where` says for which readers. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  readonly where: StoreGuarantee['where']
  /** Readers in other processes see an acknowledged write after this long at the latest. Absent: at once, if at all. */
  readonly othersWithinMs?: number
  readonly loadsPerExpiry: LoadsPerExpiry
  /** Whether a write that was acknowledged may be lost. */
  readonly mayLoseWrites: boolean
}

export function guaranteeOf(
  read: Pick<ReadStrategy, 'guarantee' | 'lifetime'>,
  write: Pick<WriteStrategy, 'guarantee'>,
  store: Pick<Store, 'guarantee'>,
): Guarantee {
  const { mayLoseWrites } = write.guarantee
  if (read.lifetime === undefined) {
    // Where nothing is kept, nothing can be old.
    const current = { readAfterWrite: true, readAfterWriteOf: 'keys and tags', where: 'every process' } as const
    return { ...read.guarantee, ...current, mayLoseWrites }
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
