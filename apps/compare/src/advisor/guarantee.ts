/** What the code that is printed guarantees: built from that code, so that the two can't differ. */
import { cacheAside, expireOnly, invalidate, stampedeLock, writeThrough } from 'cache-core'
import type { ComparedStrategy } from '../comparison.ts'
import { toldTime } from './told.ts'

/** The factories of cache-core by the names that strategies go by. */
export const READS = { 'cache-aside': cacheAside, 'stampede-lock': stampedeLock } as const
export const WRITES = { 'expire-only': expireOnly, invalidate, 'write-through': writeThrough } as const

/** What a strategy is judged by. */
export interface Guarantee {
  readonly readAfterWrite: boolean
  /** How old a value gets where nothing invalidates it. 0: nothing is kept. */
  readonly staleForAtMostMs: number
}

export function guaranteeOf({ promise, store }: ComparedStrategy): Guarantee {
  return store === 'none' ? { readAfterWrite: true, staleForAtMostMs: 0 } : promise
}

/** Of the same strategy with another TTL. Undefined where cache-core has no code for it. */
export function guaranteeAt({ read, write, store }: ComparedStrategy, ttlMs: number): Guarantee | undefined {
  if (store === 'none' || !isKeyOf(READS, read) || !isKeyOf(WRITES, write)) return undefined
  return {
    readAfterWrite: WRITES[write]().guarantee.readAfterWriteOf !== 'none',
    staleForAtMostMs: READS[read]({ ttlMs }).guarantee.staleForAtMostMs,
  }
}

export function guaranteeInWords({ readAfterWrite, staleForAtMostMs }: Guarantee): string {
  const age = toldTime(staleForAtMostMs)
  if (!readAfterWrite) return `a value may be ${age} old (the TTL)`
  const current = 'reads see every acknowledged write'
  return staleForAtMostMs === 0
    ? current
    : `${current}; a change made around the cache may stay hidden for ${age} (the TTL)`
}

export function isKeyOf<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(object, key)
}
