import { describeEntry, type EntryDescription, type Store } from 'cache-core'

/** As a strategy's store shows it. */
export interface Inspected {
  readonly entry: EntryDescription | undefined
  /** In bytes, header included. */
  readonly bytes: number
  /** When the store removes it. Undefined: not known. */
  readonly expiresInMs?: number | undefined
  /** Who loads it. Undefined: not known. Null: nobody. */
  readonly lease?: { readonly endsInMs: number; readonly isWaitedFor: boolean } | null
  /** The tags' current epochs. */
  readonly epochs: readonly (string | undefined)[]
  /** The store's time. */
  readonly now: number
  /** Whether this process's memory has a copy. */
  readonly isNear: boolean
}

/** What a reader of this store would find. */
export async function inspectStore(store: Store, key: string, tags: readonly string[]): Promise<Inspected> {
  const { bytes, epochs } = await store.get(key, tags)
  return {
    entry: bytes && describeEntry(bytes, key),
    bytes: bytes?.length ?? 0,
    epochs: epochs.map((epoch) => epoch?.toString('hex')),
    now: store.clock.latest(),
    isNear: isNear(store, key, tags),
  }
}

/** Whether this process's memory has the entry. */
export function isNear(store: Store, key: string, tags: readonly string[]): boolean {
  return store.peek?.(key, tags)?.bytes !== undefined
}
