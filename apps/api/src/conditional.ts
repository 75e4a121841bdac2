import type { ApiContext } from './api-types.ts'

/** Whether the client has this representation already (RFC 9110, `If-None-Match`: weak comparison, lists, `*`). */
export function isNotModified(context: ApiContext, etag: string): boolean {
  const known = ifNoneMatch(context)
  if (known === undefined) return false
  if (known === etag || known.trim() === '*') return true
  const tags: readonly string[] = known.match(/(?:W\/)?"[^"]*"/g) ?? []
  return tags.some((tag) => opaque(tag) === opaque(etag))
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
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
