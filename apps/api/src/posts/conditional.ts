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
 * @param etag a strong ETag
 */
export function isNotModified(context: ApiContext, etag: string): boolean {
  const known = ifNoneMatch(context)
  if (known === undefined) return false
  if (known === etag || known.trim() === '*') return true
  if (!TAG_LIST.test(known)) return false
  const tags: readonly string[] = known.match(OPAQUE) ?? []
  return tags.includes(etag)
}

const NAME = 'if-none-match'

/** Reads Node's raw list: parsing all headers costs as much as the cache lookup. */
function ifNoneMatch(context: ApiContext): string | undefined {
  const raw = context.env?.incoming?.rawHeaders
  if (raw === undefined) return context.req.header(NAME)
  let found: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (name.length !== NAME.length || name.toLowerCase() !== NAME) continue
    found = found === undefined ? raw[i + 1] : `${found}, ${raw[i + 1]}`
  }
  return found
}
