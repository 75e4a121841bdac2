/**
 * The names and the text of items in memcached.
 *
 * | name             | content                                                                              |
 * | `{prefix}e:KEY`  | the entry, or an empty stub; the CAS of either guards a fill                         |
 * | `{prefix}l:KEY`  | the lease: its end in store time and its token, `END TOKEN`                          |
 * | `{prefix}t:TAG`  | the tag's epoch                                                                      |
 * | `{prefix}a`      | the epoch of all entries, different on each server                                   |
 *
 * Text, since the client returns no bytes. An entry is one line with its expiry, the epoch of all entries and its header in
 * base64, then its payload: as it is if it is UTF-8, otherwise in base64.
 */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { badOption } from '../check.ts'

/** Names that memcached takes as they are. All others are hashed. */
const PLAIN = /^[\x21-\x7e]{0,120}$/
/** The part of an entry encoded as its header: the fixed part and three tags. */
const HEAD_BYTES = 64

export interface Names {
  readonly entry: string
  readonly lease: string
}

/** @throws CacheError `BAD_OPTION` for a prefix that memcached would refuse. */
export function checkPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && /^[\x21-\x7e]{1,100}$/.test(prefix)) return
  throw badOption('prefix', prefix, 'give 1 to 100 visible ASCII characters')
}

export function namesOf(prefix: string, key: string): Names {
  const name = nameFor(key)
  return { entry: `${prefix}e${name}`, lease: `${prefix}l${name}` }
}

export const tagName = (prefix: string, tag: string) => `${prefix}t${nameFor(tag)}`

/** Two keys share a name only if SHA-256 collides, and the entry's check would detect that. */
function nameFor(key: string): string {
  return PLAIN.test(key) ? `:${key}` : `#${createHash('sha256').update(key).digest('base64url')}`
}

export interface Item {
  readonly bytes: Buffer
  /** In store time. */
  readonly expiresAt: number
  /** The epoch of all entries before it was loaded. */
  readonly all: string
}

export function encodeItem({ bytes, expiresAt, all }: Item): string {
  const head = bytes.subarray(0, HEAD_BYTES)
  const rest = bytes.subarray(HEAD_BYTES)
  const isText = isUtf8(rest)
  const line = `1 ${expiresAt} ${all} ${head.toString('base64')} ${isText ? 'u' : 'b'}\n`
  return line + rest.toString(isText ? 'utf8' : 'base64')
}

/** `undefined` for a stub, and for text that `encodeItem` did not write. */
export function decodeItem(text: string | undefined): Item | undefined {
  const end = text?.indexOf('\n') ?? -1
  if (text === undefined || end === -1) return undefined
  const [format, expiresAt, all, head, kind] = text.slice(0, end).split(' ')
  if (format !== '1' || kind === undefined || head === undefined || all === undefined) return undefined
  const rest = text.slice(end + 1)
  const encoding = kind === 'u' ? 'utf8' : 'base64'
  const headBytes = Buffer.byteLength(head, 'base64')
  const bytes = Buffer.allocUnsafe(headBytes + Buffer.byteLength(rest, encoding))
  bytes.write(head, 0, 'base64')
  bytes.write(rest, headBytes, encoding)
  return { bytes, expiresAt: Number(expiresAt), all }
}
