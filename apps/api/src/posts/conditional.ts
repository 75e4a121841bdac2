import type { ApiContext } from '../http/api-types.ts'

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`
const OPAQUE = /"[^"]*"/g
const ANY_TAG = /(?:W\/)?"[^"]*"/g
/** Elements may be empty. Each character matches in only one way, so that no header causes backtracking. */
const TAG_LIST = new RegExp(`^[ \\t,]*${TAG}(?:[ \\t]*,[ \\t,]*${TAG})*[ \\t,]*$`)

/** The tags of a list, weak ones with their `W/`; undefined if the list is malformed. */
export function tagsIn(list: string): readonly string[] | undefined {
  return TAG_LIST.test(list) ? list.match(ANY_TAG)! : undefined
}

/**
 * Whether the client already has this representation (RFC 9110, `If-None-Match`: weak comparison, lists, `*`). False if
 * the header is malformed.
 *
 * @param known the header's value; undefined: there is none
 * @param etag a strong ETag
 */
export function isNotModified(known: string | undefined, etag: string): boolean {
  if (known === undefined) return false
  if (known === etag || known.trim() === '*') return true
  if (!TAG_LIST.test(known)) return false
  const tags: readonly string[] = known.match(OPAQUE) ?? []
  return tags.includes(etag)
}

export function ifNoneMatch(context: ApiContext): string | undefined {
  const raw = context.env?.incoming?.rawHeaders
  return raw === undefined ? context.req.header('if-none-match') : rawHeader(raw, 'if-none-match')
}

/**
 * A request header from Node's raw list: parsing all headers costs as much as the cache lookup. Repeated ones are joined by commas.
 *
 * @param name in lower case
 */
export function rawHeader(raw: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const each = raw[i]!
    if (each.length !== name.length || each.toLowerCase() !== name) continue
    found = found === undefined ? raw[i + 1] : `${found}, ${raw[i + 1]}`
  }
  return found
}
