/** What the code that is printed guarantees: built from that code, so that the two can't differ. */
import {
  cacheAside,
  expireOnly,
  guaranteeOf as guaranteeOfCode,
  invalidate,
  memoryStore,
  type StoreGuarantee,
  stampedeLock,
  writeThrough,
} from 'cache-core'
import { staleAfterWriteMs } from 'history'
import type { ComparedStrategy } from '../comparison.ts'
import { toldTime } from './told.ts'

/** The factories of cache-core by the names that strategies go by. */
export const READS = { 'cache-aside': cacheAside, 'stampede-lock': stampedeLock } as const
export const WRITES = { 'expire-only': expireOnly, invalidate, 'write-through': writeThrough } as const

/** By the names of the stores that code is printed for. A Redis store can't be asked without a client. */
const STORES: Readonly<Record<string, StoreGuarantee>> = {
  redis: { where: 'every process', readAfterWriteOf: 'keys and tags' },
  memory: memoryStore().guarantee,
}

/** What a strategy is judged by. */
export type Guarantee = Pick<
  ComparedStrategy['promise'],
  'staleForAtMostMs' | 'readAfterWrite' | 'readAfterWriteOf' | 'where' | 'othersWithinMs'
>

export function guaranteeOf({ promise }: ComparedStrategy): Guarantee {
  const { staleForAtMostMs, readAfterWrite, readAfterWriteOf, where, othersWithinMs } = promise
  return {
    staleForAtMostMs,
    readAfterWrite,
    readAfterWriteOf,
    where,
    ...(othersWithinMs !== undefined && { othersWithinMs }),
  }
}

/** Of the same strategy with another TTL. Undefined where cache-core has no code for it. */
export function guaranteeAt(
  { read, write, store }: Pick<ComparedStrategy, 'read' | 'write' | 'store'>,
  ttlMs: number,
): Guarantee | undefined {
  const guarantee = STORES[store]
  if (guarantee === undefined || !isKeyOf(READS, read) || !isKeyOf(WRITES, write)) return undefined
  const {
    loadsPerExpiry: _,
    mayLoseWrites: __,
    ...judged
  } = guaranteeOfCode(READS[read]({ ttlMs }), WRITES[write](), {
    guarantee,
  })
  return judged
}

/**
 * Whether no read is old once a write was acknowledged, through any of so many API processes. How old a value gets where
 * nothing invalidates it is another matter: `staleForAtMostMs`.
 */
export function isCurrent(guarantee: Guarantee, processes: number): boolean {
  return staleAfterWriteMs(guarantee, processes) === 0
}

/** What holds after an acknowledged write, and where nothing invalidates. What holds in one process only says so. */
export function guaranteeInWords(guarantee: Guarantee): string {
  const { readAfterWriteOf, where, staleForAtMostMs, othersWithinMs } = guarantee
  const old = `a value may be ${toldTime(staleForAtMostMs)} old (the TTL)`
  if (readAfterWriteOf === 'none') return `${old}, after an acknowledged write too`
  const read = readAfterWriteOf === 'keys' ? 'read of a key' : 'read'
  if (where === 'this process') {
    return (
      `in one process only: after an acknowledged write no ${read} of that process is stale; ` +
      `in others, and where nothing invalidates, ${old}`
    )
  }
  const others = othersWithinMs === undefined ? '' : `, in other processes once ${toldTime(othersWithinMs)} have passed`
  const current = `after an acknowledged write no ${read} is stale${others}`
  return staleForAtMostMs === 0
    ? current
    : `${current}; where nothing invalidates (a change made around the cache), ${old}`
}

export function isKeyOf<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(object, key)
}
