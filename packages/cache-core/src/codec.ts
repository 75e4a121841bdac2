/** How values become bytes and come back. */
export interface Codec<T> {
  encode(value: T): Buffer
  /** Gets a view into the cached bytes. What it throws counts as a miss. */
  decode(bytes: Buffer): T
}

/** The default. A `Buffer` goes in and comes out as it is; anything else as JSON, `null`, `0`, `''` and `false` included. */
export const jsonCodec: Codec<unknown> = {
  encode(value) {
    if (Buffer.isBuffer(value)) return Buffer.concat([BYTES, value])
    const json = JSON.stringify(value)
    if (json === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`)
    return Buffer.from(`j${json}`)
  },
  decode(bytes) {
    if (bytes[0] === BYTES[0]) return bytes.subarray(1)
    if (bytes[0] !== JSON_MARK) throw new TypeError(`the payload begins with byte ${bytes[0]}, neither JSON nor bytes`)
    return JSON.parse(bytes.toString('utf8', 1))
  },
}
const BYTES = Buffer.from('b')
const JSON_MARK = 'j'.charCodeAt(0)

/** For values that are bytes already: a hit hands out a view of what the store returned. Treat it as read-only. */
export const bytesCodec: Codec<Buffer> = {
  encode: (value) => value,
  decode: (bytes) => bytes,
}
