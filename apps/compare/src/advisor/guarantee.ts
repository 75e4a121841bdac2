/** What the code that is printed guarantees: built from that code, so that the two can't differ. */
import * as library from 'cache-core'
import type { ComparedStrategy } from '../comparison.ts'
import { toldTime } from './told.ts'

/** A strategy as cache-core builds it. */
interface Factory<Kind> {
  /** `stampedeLock` */
  readonly name: string
  (options: { readonly ttlMs: number }): Kind
}

/** What builds the read strategy that goes by this name. Undefined: cache-core doesn't, or it keeps nothing. */
export function readFactory(name: string): Factory<library.CachingStrategy> | undefined {
  return factory(name, (made: library.CachingStrategy) => made.lifetime !== undefined)
}

/** The same of a write strategy. */
export function writeFactory(name: string): Factory<library.WriteStrategy> | undefined {
  return factory(name, (made: library.WriteStrategy) => 'write' in made)
}

const exports = new Map<string, unknown>(Object.entries(library))

/** Strategies are exported by their names in camel case; a test of cache-core's sees to it. */
function factory<Kind extends { readonly name: string }>(
  name: string,
  isKind: (made: Kind) => boolean,
): Factory<Kind> | undefined {
  const exported = name.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())
  const found = exports.get(exported) as Factory<Kind> | undefined
  if (typeof found !== 'function') return undefined
  const made = found({ ttlMs: 1 })
  return made.name === name && isKind(made) ? found : undefined
}

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
  const [readWith, writeWith] = [readFactory(read), writeFactory(write)]
  if (store === 'none' || readWith === undefined || writeWith === undefined) return undefined
  return {
    readAfterWrite: writeWith({ ttlMs }).guarantee.readAfterWriteOf !== 'none',
    staleForAtMostMs: readWith({ ttlMs }).guarantee.staleForAtMostMs,
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
