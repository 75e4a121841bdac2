/** The page's personal greeting. It is inserted after all caching, so no entry contains it. */
import { getCookie } from 'hono/cookie'
import { jsx } from 'hono/jsx'
import type { ApiContext } from '../http/api-types.ts'

/** In code points. */
const MAX_NAME = 40

/**
 * Where the greeting goes. Posts are escaped and can't contain this text. It also precedes the posts in the page, so the first
 * match is the right one.
 */
export const HOLE = '<!--reader-->'

/** The name in the cookie `reader`, truncated and without invisible characters; `''` if there is none. */
export function readerOf(context: ApiContext): string {
  const visible = (getCookie(context, 'reader') ?? '').toWellFormed().replace(/\p{C}/gu, '').trim()
  return Array.from(visible).slice(0, MAX_NAME).join('')
}

/** The page for one reader. */
export function greet(html: string, reader: string): string {
  const at = html.indexOf(HOLE)
  if (at === -1) return html
  const greeting = jsx('p', { class: 'greeting' }, reader === '' ? 'Hello' : `Hello, ${reader}`).toString()
  // Not `replace`: it expands patterns such as $& in the inserted text.
  return html.slice(0, at) + greeting + html.slice(at + HOLE.length)
}
