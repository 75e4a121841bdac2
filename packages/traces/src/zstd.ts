import { pipeline, Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'

/** A frame, or one to be passed over, as parallel packers write them in front of each. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: bytes, read as Latin-1
const frameStart = /\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18/g
const MARK_BYTES = 4

/** Decompresses zstd, of one frame or several. */
export function decompressZstd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decompressor = createZstdDecompress()
  // `pipeline` destroys the decompressor with whatever goes wrong, and the iteration throws it.
  pipeline(Readable.from(cutAtFrames(chunks)), decompressor, () => {})
  return decompressor
}

/**
 * Node's decompressor ends, in silence, at a frame that ends inside a chunk (seen with 24.21), but goes on where the next frame
 * begins with a chunk. So the chunks are cut wherever a frame may begin; a cut anywhere else does no harm.
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
    // The first bytes of a mark may end this chunk.
    const end = Math.max(start, bytes.length - MARK_BYTES + 1)
    if (end > start) yield bytes.subarray(start, end)
    rest = bytes.subarray(end)
  }
  if (rest.length > 0) yield rest
}
