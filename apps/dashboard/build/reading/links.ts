import { posix } from 'node:path'

/** Where a link leads: to an address that a browser can open, or to a file of the repository, which is not served. */
export type Target =
  | { readonly kind: 'address'; readonly href: string }
  | { readonly kind: 'file'; readonly path: string }

/** @param from the page with the link, as a path from the repository's root */
export function resolveLink(href: string, from: string): Target {
  if (/^https?:/.test(href) || href.startsWith('#')) return { kind: 'address', href }
  const [path = '', anchor] = href.split('#')
  const file = posix.join(posix.dirname(from), path)
  const hash = anchor === undefined ? '' : `#${anchor}`
  const strategy = /^docs\/strategies\/([\w-]+)\.md$/.exec(file)?.[1]
  if (strategy) return { kind: 'address', href: `/strategies/${strategy}${hash}` }
  if (file === 'docs/races.md') return { kind: 'address', href: `/races${hash}` }
  return { kind: 'file', path: `${file}${hash}` }
}

/** Whether a link's text is only the path's end, such as a file's name or the number of a decision. */
export function isNamedAs(text: string, path: string): boolean {
  const [file = ''] = path.split('#')
  return file.endsWith(text) || posix.basename(file).startsWith(text)
}
