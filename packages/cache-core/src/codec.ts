import { lostInJson } from './lost-in-json.ts'

/** How values become bytes and come back. */
export interface Codec<T> {
  /** Throws if the value can't be kept. The reader still gets the value, and the failure is reported. */
  encode(value: T): Buffer
  /**
   * Receives a view of the cached bytes. An error counts as a miss. A value that is itself a view keeps the whole buffer in
   * memory: one entry of a memory store, but up to 64 KiB of a reply from Redis. Copy values that you hold for long.
   */
  decode(bytes: Buffer): T
  /**
   * Whether readers may share one decoded value. A memory store then keeps it beside the bytes, so that a hit decodes nothing. Set
   * it only if no caller can change a decoded value. Default false.
   */
  readonly sharesValues?: boolean
}

/**
 * The default. Keeps a `Buffer` as it is, and anything else as JSON, including `null`, `0`, `''` and `false`. Refuses a value
 * that JSON would change (a `Date`, a `Map`, `NaN`, an instance of a class, …), so that a hit returns the same value as the
 * miss before it. Leaves out properties that are `undefined` or named by symbols.
 *
 * @example
 * ```ts
 * import { jsonCodec } from 'cache-core'
 *
 * jsonCodec.decode(jsonCodec.encode({ title: 'Hello' })) // { title: 'Hello' }
 * ```
 */
export const jsonCodec: Codec<unknown> = {
  /** @throws TypeError with the path of the lost value: `items[3].createdAt is a Date, which JSON does not keep` */
  encode(value) {
    const payload = encodeJson(value)
    return Buffer.isBuffer(payload) ? payload : Buffer.from(`j${payload}`)
  },
  decode(bytes) {
    if (bytes[0] === BYTES[0]) return bytes.subarray(1)
    if (bytes[0] !== JSON_MARK) throw new TypeError(`the payload begins with byte ${bytes[0]}, neither JSON nor bytes`)
    return JSON.parse(bytes.toString('utf8', 1))
  },
}

/**
 * The same as `jsonCodec`, for values that readers share: decoded once per entry of a memory store, and frozen to the last
 * property, so that a caller that tries to change one gets a TypeError. A memory store keeps the decoded value beside the bytes,
 * and counts only the bytes. Over Redis each hit decodes and freezes.
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, sharedJsonCodec, stampedeLock } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: stampedeLock(), write: invalidate(), codec: sharedJsonCodec })
 * ```
 */
export const sharedJsonCodec: Codec<unknown> = {
  encode: jsonCodec.encode,
  decode: (bytes) => deepFreeze(jsonCodec.decode(bytes)),
  sharesValues: true,
}

function deepFreeze<V>(value: V): V {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const each of Object.values(value)) deepFreeze(each)
  return Object.freeze(value)
}

const BYTES = Buffer.from('b')
/** The first byte of a payload of JSON. */
export const JSON_MARK = 'j'.charCodeAt(0)

/**
 * Encodes JSON as text without its mark; the entry writes both into its own bytes. A separate buffer, or a longer text, would be
 * garbage immediately.
 */
export function encodeJson(value: unknown): Buffer | string {
  if (Buffer.isBuffer(value)) return Buffer.concat([BYTES, value])
  const lost = lostInJson(value)
  if (lost !== undefined) throw new TypeError(`${lost}, which JSON does not keep`)
  return JSON.stringify(value)
}

/**
 * For values that are bytes already. A hit returns a view of the store's bytes: treat it as read-only, and copy it if you hold
 * it for long.
 *
 * @example
 * ```ts
 * import { bytesCodec, cacheAside, createCache, invalidate, memoryStore } from 'cache-core'
 *
 * const files = createCache({ store: memoryStore(), read: cacheAside(), write: invalidate(), codec: bytesCodec })
 * const { value } = await files.read('logo', async () => Buffer.from('…'))
 * ```
 */
export const bytesCodec: Codec<Buffer> = {
  encode: (value) => value,
  decode: (bytes) => bytes,
  sharesValues: true,
}
