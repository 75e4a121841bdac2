/**
 * Tracks which loads of this process wait for which others, so that a load that reads its own key fails instead of
 * waiting forever.
 *
 * A cycle leads back to the same key on the same store, even through several caches. Before a read inside a load waits
 * for a key, it checks the enclosing load, the loads that wait for that load, and so on. If one of them is a load of
 * the key, waiting would close a cycle, so the read fails.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { CacheError } from './errors.ts'
import type { Store } from './ports/store.ts'

const current = new AsyncLocalStorage<RunningLoad>()

/** The loads that wait for a key of a store. A load may wait for a key more than once, so each wait is a separate object. */
const waits = new WeakMap<Store, Map<string, Set<Wait>>>()

interface Wait {
  readonly load: RunningLoad
  /** The signal of the waiting read. Once it has aborted, the read no longer waits. */
  readonly signal: AbortSignal | undefined
}

/** How a load is run. */
export interface LoadManner {
  /** Only the read that runs the load waits for it. By default, all reads in this process that wait for the key do. */
  readonly isAlone?: boolean
  /** The load has a place in the `LoadQueue`. Its own reads through a cache must not queue behind it. */
  readonly hasPlace?: boolean
  /** How long the load was in that queue, in milliseconds. Default 0. */
  readonly queuedMs?: number
}

/** A load from its start until it is answered or abandoned. Work that it started without awaiting is not part of it after that. */
export class RunningLoad {
  readonly store: Store
  readonly key: string
  readonly hasPlace: boolean
  isOver = false
  /** The only load that waits for this one, if it runs alone. */
  #onlyWaiter: RunningLoad | undefined
  /** Loads whose values come from the call that this one runs. */
  #joined: Set<RunningLoad> | undefined
  readonly #isAlone: boolean

  /** @throws CacheError `LOAD_CYCLE`, only for a load that runs alone; `beginWait` checks all other loads */
  constructor(store: Store, key: string, { isAlone = false, hasPlace = false }: LoadManner) {
    const reader = currentLoad()
    if (isAlone && reader !== undefined) refuseCycle(reader, store, key)
    this.store = store
    this.key = key
    this.hasPlace = hasPlace || reader?.hasPlace === true
    this.#isAlone = isAlone
    this.#onlyWaiter = isAlone ? reader : undefined
  }

  run<R>(load: () => R): R {
    return current.run(this, load)
  }

  /** `load` waits for this load itself, and not for any load of its key. */
  isJoinedBy(load: RunningLoad): void {
    this.#joined ??= new Set()
    this.#joined.add(load)
  }

  end(): void {
    this.isOver = true
    this.#onlyWaiter = undefined
    this.#joined = undefined
  }

  /** The loads that wait for this one. */
  *waiters(): Iterable<RunningLoad> {
    if (this.#onlyWaiter !== undefined && !this.#onlyWaiter.isOver) yield this.#onlyWaiter
    for (const load of this.#joined ?? []) if (!load.isOver) yield load
    if (this.#isAlone) return
    for (const { load, signal } of waits.get(this.store)?.get(this.key) ?? []) {
      if (!load.isOver && !signal?.aborted) yield load
    }
  }
}

/** The load that the caller is part of. */
export function currentLoad(): RunningLoad | undefined {
  const load = current.getStore()
  return load?.isOver ? undefined : load
}

/**
 * Records that the current load, if any, waits for a key, until the returned function is called.
 *
 * @throws CacheError `LOAD_CYCLE`
 */
export function beginWait(store: Store, key: string, signal: AbortSignal | undefined): () => void {
  const load = currentLoad()
  if (load === undefined) return nothing
  refuseCycle(load, store, key)
  const byKey = waits.get(store) ?? new Map<string, Set<Wait>>()
  waits.set(store, byKey)
  const all = byKey.get(key) ?? new Set<Wait>()
  byKey.set(key, all)
  const wait = { load, signal }
  all.add(wait)
  return () => {
    all.delete(wait)
    if (all.size === 0) byKey.delete(key)
  }
}

/** @throws CacheError `LOAD_CYCLE`, if `reader` or a load that waits for it is a load of this key */
function refuseCycle(reader: RunningLoad, store: Store, key: string): void {
  /** Each load found so far, with the load that it waits for. */
  const found = new Map<RunningLoad, RunningLoad | undefined>([[reader, undefined]])
  for (const load of found.keys()) {
    if (load.store === store && load.key === key) throw cycleFrom(load, found)
    for (const waiter of load.waiters()) if (!found.has(waiter)) found.set(waiter, load)
  }
}

function cycleFrom(first: RunningLoad, found: ReadonlyMap<RunningLoad, RunningLoad | undefined>): CacheError {
  const { key } = first
  const path: string[] = []
  for (let load: RunningLoad | undefined = first; load !== undefined; load = found.get(load)) path.push(load.key)
  const message = `the load of "${key}" waits for itself: ${[...path, key].join(' → ')}; remove one of these reads from its load`
  return new CacheError('LOAD_CYCLE', message, { key })
}

function nothing(): void {}
