/**
 * The key of a page: `page:/posts?after=40#accept-language=de`. Two requests have the same key only if their path,
 * their chosen query parameters and their chosen headers are the same.
 */
import { createHash } from 'node:crypto'

/** The parts of a request that make up its key. */
export interface KeyedRequest {
  readonly path: string
  /** The URL as it was sent. */
  readonly url: string
  header(name: string): string | undefined
}

/** Longer keys are replaced by their hash. */
const MAX_KEY = 200

/**
 * @param query names of parameters; `undefined`: all of them
 * @param vary names of headers, in lower case, sorted
 */
export function pageKey(request: KeyedRequest, query: readonly string[] | undefined, vary: readonly string[]): string {
  const parameters = parametersOf(request.url)
    .filter(({ name }) => query === undefined || query.includes(name))
    // The sort is stable: values of one name keep their order, since a handler can see it.
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ text }) => text)
    .join('&')
  const headers = vary.flatMap((name) => {
    const value = request.header(name)
    // An absent header differs from an empty one.
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  // A path contains no ? or #, unless an app builds its own; a query contains no #.
  const path = request.path.replace(/[?#]/g, encodeURIComponent)
  const key = `page:${path}${parameters && `?${parameters}`}${headers.length > 0 ? `#${headers.join('&')}` : ''}`
  // A path begins with a slash, so no shorter key looks like this.
  return key.length <= MAX_KEY ? key : `page:sha256-${createHash('sha256').update(key).digest('base64url')}`
}

/**
 * The parameters as they were sent, each with its decoded name. Values are not decoded. Two spellings of one value only
 * cost an extra entry, but two different values that were wrongly decoded to the same text would share an entry.
 */
function parametersOf(url: string): { readonly name: string; readonly text: string }[] {
  const start = url.indexOf('?')
  const fragment = url.indexOf('#')
  if (start === -1 || (fragment !== -1 && fragment < start)) return []
  const search = url.slice(start + 1, fragment === -1 ? undefined : fragment)
  return search
    .split('&')
    .filter((text) => text !== '')
    .map((text) => ({ name: decoded(text.split('=', 1)[0]!), text }))
}

function decoded(name: string): string {
  const spaced = name.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
