import { isUtf8 } from 'node:buffer'

/** Matches, in Latin-1, whole valid UTF-8 characters, except a U+FFFD that would look like an escape. */
const characters =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes, read as Latin-1
  /(?:(?!\xef\xbf\xbd[0-9a-f]{2})(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}))+|[\x80-\xff]/g

/**
 * Converts bytes to text, different bytes to different text. UTF-8 is unchanged; each other byte becomes U+FFFD and two hex digits
 * (the Latin-1 of é is �e9). To keep these escapes unambiguous, a U+FFFD followed by two hex digits is escaped in the same way.
 */
export function readableBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd')) return text
  if (isUtf8(bytes) && !/\ufffd[0-9a-f]{2}/.test(text)) return text
  return bytes.toString('latin1').replace(characters, (part) => {
    const isOther = part.length === 1 && part >= '\x80'
    return isOther ? `\ufffd${part.charCodeAt(0).toString(16)}` : Buffer.from(part, 'latin1').toString('utf8')
  })
}
