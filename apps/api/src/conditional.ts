import type { ApiContext } from './api-types.ts'

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`
const OPAQUE = /"[^"]*"/g
/** Elements may be empty. Each character can be matched in one way only, so that no header makes this slow. */
const TAG_LIST = new RegExp(`^[ \\t,]*${TAG}(?:[ \\t]*,[ \\t,]*${TAG})*[ \\t,]*$`)

/** Whether the client has this representation already (RFC 9110, `If-None-Match`: weak comparison, lists, `*`). Malformed: no. */
/** @param etag a strong one */
export function isNotModified(context: ApiContext, etag: string): boolean {
  const known = ifNoneMatch(context)
  if (known === undefined) return false
  if (known === etag || known.trim() === '*') return true
  if (!TAG_LIST.test(known)) return false
  const tags: readonly string[] = known.match(OPAQUE) ?? []
  return tags.includes(etag)
}

const NAME = 'if-none-match'

/** Straight from Node's own list: having all headers parsed for the sake of one costs as much as the cache lookup. */
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
