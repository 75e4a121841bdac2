/**
 * Renders the page with Hono's JSX, called as functions, since Node runs `.ts` directly but `.tsx` only after a build. All text is
 * escaped except `raw` text: here the style, the hole and the parts that are already rendered.
 */
import { hash } from 'node:crypto'
import { raw } from 'hono/html'
import { type JSXNode, jsx } from 'hono/jsx'
import type { AuthorReport, Post } from 'posts-db'
import { HOLE } from './greeting.ts'
import { type Layer, layers } from './page-request.ts'
import { style } from './style.ts'

type Child = string | number | JSXNode | ReturnType<typeof raw> | false

/** An element: `h('p', { class: 'x' }, 'text')`. */
const h = (tag: string, attributes: Record<string, string | boolean>, ...children: Child[]): JSXNode =>
  jsx(tag, attributes, ...(children as string[]))

/** Of a post's content, in characters. */
const MAX_EXCERPT = 240
const AUTHORS_SHOWN = 12

export function renderPosts(posts: readonly Post[], strategy: string): string {
  const articles = posts.map(({ id, title, author, createdAt, content }) =>
    h(
      'article',
      {},
      h('h3', {}, h('a', { href: `/api/posts/${id}?strategy=${encodeURIComponent(strategy)}` }, title)),
      h('p', { class: 'by' }, `${author} · `, h('time', { datetime: createdAt }, createdAt.slice(0, 10))),
      h('p', {}, excerptOf(content)),
    ),
  )
  const none = h('p', {}, 'There are no posts here.')
  return h(
    'section',
    { class: 'posts' },
    h('h2', {}, 'Posts'),
    ...(articles.length > 0 ? articles : [none]),
  ).toString() as string
}

export function renderAuthors(report: readonly AuthorReport[], strategy: string): string {
  const rows = report
    .slice(0, AUTHORS_SHOWN)
    .map(({ author, posts, words, longestPost }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, author),
        h('td', {}, count(posts)),
        h('td', {}, count(words)),
        h('td', {}, longestPost.title),
      ),
    )
  const head = ['Author', 'Posts', 'Words', 'Longest post'].map((name) => h('th', { scope: 'col' }, name))
  const more = report.length - AUTHORS_SHOWN
  return h(
    'section',
    { class: 'authors' },
    h('h2', {}, 'Authors'),
    h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows))),
    more > 0 &&
      h(
        'p',
        { class: 'by' },
        `and ${count(more)} more in `,
        h('a', { href: `/api/authors?strategy=${encodeURIComponent(strategy)}` }, 'the report'),
      ),
  ).toString() as string
}

export interface Page {
  readonly strategy: string
  readonly layer: Layer
  readonly after: number
  /** The id that the next page starts after; undefined on the last page. */
  readonly next: number | undefined
  /** The rendered parts. */
  readonly posts: string
  readonly authors: string
}

/** The whole page, with a hole for the greeting. */
export function renderPage({ strategy, layer, after, next, posts, authors }: Page): string {
  const link = (to: Layer, from: number) =>
    `/posts?strategy=${encodeURIComponent(strategy)}&layer=${to}${from > 0 ? `&after=${from}` : ''}`
  const places = layers.map((name) =>
    h('a', { href: link(name, after), ...(name === layer && { 'aria-current': 'page' }) }, name),
  )
  const html = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('link', { rel: 'icon', href: 'data:,' }),
      h('title', {}, 'Posts and their authors'),
      h('style', {}, raw(style)),
    ),
    h(
      'body',
      {},
      h('header', {}, h('h1', {}, 'Posts and their authors'), raw(HOLE)),
      h('nav', { 'aria-label': 'Where this page is cached' }, h('span', {}, `strategy ${strategy}, layer:`), ...places),
      h(
        'main',
        {},
        h(
          'div',
          {},
          raw(posts),
          next !== undefined &&
            h('p', { class: 'next' }, h('a', { rel: 'next', href: link(layer, next) }, 'Next page')),
        ),
        raw(authors),
      ),
      h(
        'footer',
        {},
        'The header ',
        h('code', {}, 'X-Cache-Layers'),
        ' shows what was cached. The greeting comes from the cookie ',
        h('code', {}, 'reader'),
        ' and is never cached.',
      ),
    ),
  )
  return `<!doctype html>${html}\n`
}

/** Allows the page only its own style. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function excerptOf(content: string): string {
  if (content.length <= MAX_EXCERPT) return content
  return `${content.slice(0, MAX_EXCERPT).toWellFormed().replace(/\S*$/, '').trimEnd()}\u00a0…`
}

const count = (value: number) => value.toLocaleString('en-US')
