import { pipeline, Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'

/** The start of a frame, or of a skippable frame, which parallel compressors write before each frame. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: bytes, read as Latin-1
const frameStart = /\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18/g
const MARK_BYTES = 4

/** Decompresses zstd with one or several frames. */
export function decompressZstd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decompressor = createZstdDecompress()
  // `pipeline` destroys the decompressor with any error, and the iteration throws it.
  pipeline(Readable.from(cutAtFrames(chunks)), decompressor, () => {})
  return decompressor
}

/**
 * Node's decompressor ends silently at a frame that ends inside a chunk (seen with 24.21), but continues if the next frame begins
 * with a new chunk. So chunks are cut wherever a frame may begin; other cuts are harmless.
 */
async function* cutAtFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    let start = 0
    for (const { index } of bytes.toString('latin1').matchAll(frameStart)) {
      if (index > start) yield bytes.subarray(start, index)
      start = index
    }
    // This chunk may end with the first bytes of a mark.
    const end = Math.max(start, bytes.length - MARK_BYTES + 1)
    if (end > start) yield bytes.subarray(start, end)
    rest = bytes.subarray(end)
  }
  if (rest.length > 0) yield rest
}
