/** The guarantee of the printed code. It is built by the same factories, so the two can't differ. */
import * as library from 'cache-core'
import { defaultTuning, strategies, strategyNames } from 'strategies'
import type { ComparedStrategy } from '../comparison.ts'
import { formatTime } from './format.ts'

/** A strategy as cache-core builds it. */
interface Factory<Kind> {
  /** `stampedeLock` */
  readonly name: string
  (options: Readonly<Record<string, number>>): Kind
}

/** The factory of the read strategy of that name. Undefined if cache-core has none, or if it caches nothing. */
export function readFactory(name: string): Factory<library.CachingStrategy> | undefined {
  return factory(name, (made: library.CachingStrategy) => made.lifetime !== undefined)
}

/** The factory of the write strategy of that name. */
export function writeFactory(name: string): Factory<library.WriteStrategy> | undefined {
  // It needs a queue, and a flusher that writes to the user's own tables.
  if (name === 'write-behind') return undefined
  return factory(name, (made: library.WriteStrategy) => 'write' in made)
}

const exports = new Map<string, unknown>(Object.entries(library))

/** Strategies are exported by their names in camel case; a test in cache-core checks that. */
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

/** The stores that code is printed for. `redisStore` needs a client, so its guarantee is repeated here. */
const STORES: Readonly<Record<string, library.StoreGuarantee>> = {
  redis: { where: 'every process', readAfterWriteOf: 'keys and tags' },
  memory: library.memoryStore().guarantee,
}

/** The part of a strategy's guarantee that decides. */
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

/** The part of a strategy that code is printed from. */
export type Described = Pick<ComparedStrategy, 'name' | 'read' | 'write' | 'store' | 'tuning'>

/** Options that the code leaves out if they are cache-core's defaults. */
const UNSAID = ['leaseMs', 'beta'] as const

/** The options of a strategy's read strategy at another TTL, as in the table of strategies. */
export function readOptions({ name, read, tuning }: Described, ttlMs: number): Readonly<Record<string, number>> {
  const known = strategyNames.find((one) => one === name)
  if (known === undefined || strategies[known].read(defaultTuning).name !== read) return { ttlMs }
  const options = strategies[known].options({ ...defaultTuning, ...tuning, ttlMs })
  const isUnsaid = ([option, value]: [string, number]) =>
    UNSAID.some((unsaid) => unsaid === option && value === defaultTuning[unsaid])
  return Object.fromEntries(Object.entries(options).filter((option) => !isUnsaid(option)))
}

/** The guarantee of the strategy at another TTL. Undefined if cache-core has no code for it. */
export function guaranteeAt(strategy: Described, ttlMs: number): Guarantee | undefined {
  const { read, write, store } = strategy
  const guarantee = STORES[store]
  const [readWith, writeWith] = [readFactory(read), writeFactory(write)]
  if (guarantee === undefined || readWith === undefined || writeWith === undefined) return undefined
  const {
    loadsPerExpiry: _,
    mayLoseWrites: __,
    ...guaranteed
  } = library.guaranteeOf(readWith(readOptions(strategy, ttlMs)), writeWith({}), {
    guarantee,
  })
  return guaranteed
}

/**
 * The guarantee after an acknowledged write, and after an out-of-band change.
 * @param ttlMs the TTL; after it, entries are only served stale during a refresh. Default: they are not served after it.
 */
export function guaranteeInWords(guarantee: Guarantee, ttlMs = guarantee.staleForAtMostMs): string {
  const { readAfterWriteOf, where, staleForAtMostMs, othersWithinMs } = guarantee
  const beyondMs = staleForAtMostMs - ttlMs
  const limits = beyondMs > 0 ? `the TTL, and ${formatTime(beyondMs)} served stale` : 'the TTL'
  const old = `a value may be ${formatTime(staleForAtMostMs)} old (${limits})`
  if (readAfterWriteOf === 'none') return `${old}, even after an acknowledged write`
  const read = readAfterWriteOf === 'keys' ? 'read of a key' : 'read'
  if (where === 'this process') {
    return (
      `in one process only: after an acknowledged write no ${read} of that process is stale; ` +
      `in others, and after an out-of-band change, ${old}`
    )
  }
  const others = othersWithinMs === undefined ? '' : `, in other processes after ${formatTime(othersWithinMs)}`
  const current = `after an acknowledged write no ${read} is stale${others}`
  return staleForAtMostMs === 0 ? current : `${current}; after an out-of-band change ${old}`
}
