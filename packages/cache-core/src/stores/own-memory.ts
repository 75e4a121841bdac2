import { swallowing } from '../errors.ts'

/** Data kept for long needs its own memory: even a small slice keeps the whole buffer alive. */

/** These bytes in their own memory. Copies a slice: one of Node's Buffer pool would keep 8 to 64 KiB alive. */
export function ownBytes(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}

/** Frees the memory of these bytes immediately, not at the next garbage collection. Nothing may use them afterwards. */
export function giveBack(bytes: Buffer): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** V8 starts a collection once memory outside its heap has grown by this much since the last one. */
const COLLECTED_AT_BYTES = 64 * 2 ** 20

/**
 * Makes V8 start a concurrent collection: allocates the amount that triggers one, and frees it. Nothing touches that memory, so
 * the system never provides it. If the allocation doesn't fit, V8 collects before it fails.
 */
export const askForCollection = swallowing(() => giveBack(Buffer.allocUnsafeSlow(COLLECTED_AT_BYTES)))

/** The same text, but not a slice of a larger one. JSON preserves any text, including lone surrogates. */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text))
}
