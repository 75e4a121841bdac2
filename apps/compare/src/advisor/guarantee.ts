/** What the code that is printed guarantees: built from that code, so that the two can't differ. */
import * as library from 'cache-core'
import { staleAfterWriteMs } from 'history'
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

/** By the names of the stores that code is printed for. A Redis store can't be asked without a client. */
const STORES: Readonly<Record<string, library.StoreGuarantee>> = {
  redis: { where: 'every process', readAfterWriteOf: 'keys and tags' },
  memory: library.memoryStore().guarantee,
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
  const [readWith, writeWith] = [readFactory(read), writeFactory(write)]
  if (guarantee === undefined || readWith === undefined || writeWith === undefined) return undefined
  const {
    loadsPerExpiry: _,
    mayLoseWrites: __,
    ...judged
  } = library.guaranteeOf(readWith({ ttlMs }), writeWith({ ttlMs }), {
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
