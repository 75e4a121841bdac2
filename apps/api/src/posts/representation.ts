/**
 * The cached value: the bytes of a response's body, preceded by the data for its headers.
 *
 * | offset | bytes | what                                                                                    |
 * |  0     | 8     | mark, double: a post's version; for a list the cursor of the next page, 0 for none      |
 * |  8     | 8     | when the rows had been read, ms since the Unix epoch by this machine's clock, double    |
 * | 16     | 24    | ETag with its quotes, a hash of the body: equal bodies have equal ETags                 |
 * | 40     |       | the body                                                                                |
 *
 * A hit uses views of these bytes: nothing is copied, parsed or serialised.
 */
import { hash } from 'node:crypto'
import type { Codec } from 'cache-core'

const READ_AT = 8
const ETAG = 16
const ETAG_BYTES = 24
const PREFIX_BYTES = ETAG + ETAG_BYTES
const QUOTE = 0x22
/** By byte. */
const IS_BASE64URL = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[\w-]/.test(String.fromCharCode(byte))))
const [OPENING, COMMA, CLOSING] = [0x5b, 0x2c, 0x5d]
/** Node writes a string body together with the headers; above this size that costs more than a second buffer. */
const STRING_BELOW_BYTES = 4_096

export interface RepresentationObject {
  readonly etag: string
  readonly mark: number
  readonly readAtEpochMs: number
  readonly body: string
}

export class Representation {
  readonly bytes: Buffer
  /** ETag and body, if the body is small: decoded together, since each call of Node's decoder costs more than its work. */
  #text: string | undefined

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Made from rows just read. @param mark a post's version, or a list's next cursor, 0 for none */
  static of(json: string, mark: number): Representation {
    const bytes = Buffer.allocUnsafe(PREFIX_BYTES + Buffer.byteLength(json))
    bytes.write(json, PREFIX_BYTES, 'utf8')
    writePrefix(bytes, etagOf(bytes.subarray(PREFIX_BYTES)), mark)
    return new Representation(bytes)
  }

  /** A JSON array of posts. Its ETag is a hash of theirs, so that a hit hashes little. */
  static arrayOf(posts: readonly Representation[]): Representation {
    const bodyBytes = posts.reduce((sum, { bytes }) => sum + bytes.length - PREFIX_BYTES + 1, 1)
    const bytes = Buffer.allocUnsafe(PREFIX_BYTES + Math.max(bodyBytes, 2))
    const etags = Buffer.allocUnsafe(ETAG_BYTES * posts.length)
    let end = PREFIX_BYTES
    for (const [i, post] of posts.entries()) {
      bytes[end++] = i === 0 ? OPENING : COMMA
      end += post.bytes.copy(bytes, end, PREFIX_BYTES)
      post.bytes.copy(etags, i * ETAG_BYTES, ETAG, PREFIX_BYTES)
    }
    if (posts.length === 0) bytes[end++] = OPENING
    bytes[end] = CLOSING
    writePrefix(bytes, etagOf(etags), 0)
    return new Representation(bytes)
  }

  /** The inverse of `toObject`. */
  static fromObject({ etag, mark, readAtEpochMs, body }: RepresentationObject): Representation {
    const bytes = Buffer.allocUnsafe(PREFIX_BYTES + Buffer.byteLength(body))
    writePrefix(bytes, etag, mark, readAtEpochMs)
    bytes.write(body, PREFIX_BYTES, 'utf8')
    return new Representation(bytes)
  }

  /** For caches that keep JSON objects: the body stays serialised text, so that a hit serialises and hashes nothing. */
  toObject(): RepresentationObject {
    return {
      etag: this.etag,
      mark: this.bytes.readDoubleLE(0),
      readAtEpochMs: this.bytes.readDoubleLE(READ_AT),
      body: this.text,
    }
  }

  /** The body as text. */
  get text(): string {
    return this.bytes.toString('utf8', PREFIX_BYTES)
  }

  get etag(): string {
    return this.#isSmall ? this.#decoded.slice(0, ETAG_BYTES) : this.bytes.toString('latin1', ETAG, PREFIX_BYTES)
  }

  /** A post's version. */
  get version(): number {
    return this.bytes.readDoubleLE(0)
  }

  /** A list's cursor: the id that the next page starts after; undefined on the last page. */
  get nextCursor(): number | undefined {
    return this.bytes.readDoubleLE(0) || undefined
  }

  /** When the rows had been read, by this process's monotonic clock. */
  get readAt(): number {
    return this.bytes.readDoubleLE(READ_AT) - performance.timeOrigin
  }

  /** The body in the form that is cheapest for Node to write. */
  get body(): string | Buffer<ArrayBuffer> {
    return this.#isSmall ? this.#decoded.slice(ETAG_BYTES) : (this.bytes.subarray(PREFIX_BYTES) as Buffer<ArrayBuffer>)
  }

  get #isSmall(): boolean {
    return this.bytes.length < STRING_BELOW_BYTES
  }

  get #decoded(): string {
    this.#text ??= this.bytes.toString('utf8', ETAG)
    return this.#text
  }
}

/** @param readAtEpochMs default now */
function writePrefix(
  bytes: Buffer,
  etag: string,
  mark: number,
  readAtEpochMs = performance.timeOrigin + performance.now(),
): void {
  bytes.writeDoubleLE(mark, 0)
  bytes.writeDoubleLE(readAtEpochMs, READ_AT)
  bytes.write(etag, ETAG, 'latin1')
}

/** 22 characters of base64url are 132 bits: collisions are negligible. */
function etagOf(bytes: Buffer): string {
  return `"${hash('sha256', bytes, 'base64url').slice(0, ETAG_BYTES - 2)}"`
}

export const representationCodec: Codec<Representation> = {
  encode: (representation) => representation.bytes,
  decode(bytes) {
    if (!isRepresentation(bytes)) throw new TypeError('not a representation')
    return new Representation(bytes)
  },
}

/** Whether all that goes into headers has its form: a header with another character would fail the whole answer. */
function isRepresentation(bytes: Buffer): boolean {
  if (bytes.length < PREFIX_BYTES || bytes[ETAG] !== QUOTE || bytes[PREFIX_BYTES - 1] !== QUOTE) return false
  for (let at = ETAG + 1; at < PREFIX_BYTES - 1; at++) if (IS_BASE64URL[bytes[at]!] === 0) return false
  const mark = bytes.readDoubleLE(0)
  return Number.isSafeInteger(mark) && mark >= 0
}
