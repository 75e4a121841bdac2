/** A file as decompressed chunks of bytes. The compression is recognised by the content, not the name. */
import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import xz from 'xz-decompress'
import { TraceError } from './trace-error.ts'
import { decompressZstd } from './zstd.ts'

export type Chunks = AsyncIterable<Uint8Array>

const compressions = [
  { name: 'gzip', magic: [0x1f, 0x8b, 0x08], decompress: decompressGzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], decompress: decompressZstd },
  { name: 'zstd', magic: [0x50, 0x2a, 0x4d, 0x18], decompress: decompressZstd },
  {
    name: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    decompress: decompressXz,
  },
  // Recognised only for a helpful error.
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
]

/** @throws TraceError if the file can't be read or decompressed */
export async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  let compression: (typeof compressions)[number] | undefined
  let opened: PeekedChunks | undefined
  try {
    opened = await peek(createReadStream(file, { highWaterMark: 1 << 18 }), 6)
    const { head } = opened
    compression = compressions.find(({ magic }) => magic.every((byte, i) => head[i] === byte))
    if (compression === undefined) yield* opened.all
    else if (compression.decompress !== undefined) yield* compression.decompress(opened.all)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new TraceError(`there is no file ${file}`, { cause })
    if (compression === undefined) throw new TraceError(`can't read ${file}: ${message}`, { cause })
    throw new TraceError(
      `${file} begins as ${compression.name}, but is damaged, truncated or of an unsupported kind: ${message}. ` +
        `Fetch it again, or decompress it yourself`,
      { cause },
    )
  } finally {
    await opened?.close()
  }
  if (compression !== undefined && compression.decompress === undefined)
    throw new TraceError(`${file} is ${compression.name}; decompress it yourself, or pack it with gzip, zstd or xz`)
}

export interface PeekedChunks {
  /** The first bytes: at least the requested number, if the file is that long. */
  readonly head: Buffer
  /** All chunks, including those of the head. */
  readonly all: Chunks
  /** Ends the iteration and closes its source, even before it has started. */
  close(): Promise<void>
}

export async function peek(chunks: Chunks, bytes: number): Promise<PeekedChunks> {
  const iterator = chunks[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  while (length < bytes) {
    const { done, value } = await iterator.next()
    if (done) break
    seen.push(value)
    length += value.length
  }
  const close = async () => {
    await iterator.return?.()
  }
  async function* rest() {
    try {
      yield* seen
      for (;;) {
        const { done, value } = await iterator.next()
        if (done) return
        yield value
      }
    } finally {
      await close()
    }
  }
  return { head: Buffer.concat(seen), all: rest(), close }
}

function decompressXz(chunks: Chunks): Chunks {
  // Where a browser's types are known too, they differ from Node's.
  const stream: unknown = ReadableStream.from(chunks)
  return new xz.XzReadableStream(stream as globalThis.ReadableStream<Uint8Array>)
}

function decompressGzip(chunks: Chunks): Chunks {
  const decompressor = createGunzip()
  // `pipeline` destroys the decompressor with any error, and the iteration throws it.
  pipeline(Readable.from(chunks), decompressor, () => {})
  return decompressor
}
