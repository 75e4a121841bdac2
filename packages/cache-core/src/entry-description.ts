import { Entry, EPOCH_BYTES, HEADER_BYTES, identityOf, NOT_CARRIED } from './entry.ts'

/** What the bytes of an entry say, for people: inspectors and debugging. */
export interface EntryDescription {
  /** The origin has no such value. */
  readonly isAbsent: boolean
  /** A view of the codec's bytes. Empty if absent. */
  readonly payload: Buffer
  /** When the load began, in the store's time, in milliseconds. */
  readonly loadedAt: number
  /** Until when the value is fresh, in the store's time, in milliseconds. */
  readonly freshUntil: number
  /** How long the load took, in milliseconds. */
  readonly loadMs: number
  /** Random, 16 hexadecimal digits: no two fills have the same. */
  readonly identity: string
  /** The epochs of its reader's tags as they were before the load, as 16 hexadecimal digits. `undefined`: a tag it doesn't carry. */
  readonly epochs: readonly (string | undefined)[]
}

/**
 * Decodes an entry that a store returned.
 *
 * @param version that of the cache's values. Default empty
 * @returns `undefined` if the bytes are no entry of this key and version
 *
 * @example
 * ```ts
 * import { describeEntry, memoryStore } from 'cache-core'
 *
 * const store = memoryStore()
 * const { bytes } = await store.get('post:42', [])
 * if (bytes !== undefined) console.log(describeEntry(bytes, 'post:42')?.loadMs)
 * ```
 */
export function describeEntry(bytes: Buffer, key: string, version = ''): EntryDescription | undefined {
  const entry = Entry.decode(bytes, key, version)
  if (entry === undefined) return undefined
  const { isAbsent, payload, loadedAt, freshUntil, loadMs } = entry
  const epochs = Array.from({ length: bytes[3]! }, (_, i) => {
    const at = HEADER_BYTES + i * EPOCH_BYTES
    const epoch = bytes.subarray(at, at + EPOCH_BYTES)
    return epoch.equals(NOT_CARRIED) ? undefined : epoch.toString('hex')
  })
  return { isAbsent, payload, loadedAt, freshUntil, loadMs, identity: identityOf(bytes).toString('hex'), epochs }
}
