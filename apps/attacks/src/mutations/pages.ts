/** Whole responses and fragments: what may be stored, and for whom. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Mutation } from './mutation.ts'

const hono = 'packages/cache-core/src/hono'
const cachePage = `${hono}/cache-page.ts`
const answer = `${hono}/answer.ts`
const storedPage = `${hono}/stored-page.ts`
const pageKey = `${hono}/page-key.ts`
const api = 'apps/api/src'
const route = `${api}/routes/posts-page.ts`
const greeting = `${api}/places/greeting.ts`

const whole = (name: string, without: string, ...edits: Mutation['edits']): Mutation => ({
  name: `pages: ${name}`,
  without,
  suites: ['whole pages'],
  edits,
})

const page = (name: string, without: string, ...edits: Mutation['edits']): Mutation => ({
  name: `posts page: ${name}`,
  without,
  suites: ['posts page'],
  needsPostgres: true,
  edits,
})

export const pages: readonly Mutation[] = [
  whole('a private response is not stored', "one reader's page is served to all", {
    file: storedPage,
    find: "    !NOT_SHARED.test(headers.get('Cache-Control') ?? '') &&\n",
    replace: '',
  }),
  whole('a response with Set-Cookie is not stored', "readers get each other's session", {
    file: storedPage,
    find: "    !headers.has('Set-Cookie') &&\n",
    replace: '',
  }),
  whole('a response whose Vary is not in the key is not stored', 'a page made for one cookie is served for another', {
    file: storedPage,
    find: "    namesIn(headers.get('Vary')).every((name) => vary.includes(name)) &&\n",
    replace: '',
  }),
  whole('only 200 is stored', 'a redirect or an error is served for a TTL', {
    file: storedPage,
    find: 'return status === 200 && isShareable(headers, vary)',
    replace: 'return isShareable(headers, vary)',
  }),
  whole('a compressed response is not stored', 'a client without compression gets unreadable bytes', {
    file: storedPage,
    find: "    (!headers.has('Content-Encoding') || vary.includes('accept-encoding')) &&\n",
    replace: '',
  }),
  whole(
    'a private response is not shared',
    'callers that waited for a load get a response made for its first caller',
    {
      file: cachePage,
      find: 'if (isOwn || !mayKeep(res)) return',
      replace: 'if (isOwn) return',
    },
    {
      file: cachePage,
      find: "      if (own.kind === 'page') {\n        limitTtl",
      replace: "      if (!mayKeep(context.res)) loading.skip()\n      if (own.kind === 'page') {\n        limitTtl",
    },
  ),
  whole('an error thrown by a handler goes only to its caller', 'waiting callers get an error about another request', {
    file: cachePage,
    find: "if (own?.kind !== 'failed' && !(error instanceof PageFailed)) throw",
    replace: "if (own?.kind !== 'failed') throw",
  }),
  whole('a response of the error handler is not stored', 'an error page is served for a TTL', {
    file: cachePage,
    find: "context.error !== undefined || context.req.method === 'HEAD'",
    replace: "context.req.method === 'HEAD'",
  }),
  whole('requests with Authorization bypass the cache', 'one user’s data is served to all', {
    file: cachePage,
    find: "req.header('Authorization') !== undefined || ",
    replace: '',
  }),
  whole('an answer to HEAD is not stored', 'a page without a body is served to GET', {
    file: cachePage,
    find: " || context.req.method === 'HEAD'\n",
    replace: '\n',
  }),
  whole('a load that runs again stores nothing', 'a value from before a write is stored under a newer lease', {
    file: cachePage,
    find: '      if (own !== undefined) loading.skip()\n',
    replace: '',
  }),
  whole('a refresh has its own request', 'the reader’s old page is stored again, and never a new one', {
    file: cachePage,
    find: 'if (isAnswered || loading.isBehindAnswer) return loadBehind(loading)\n',
    replace: '',
  }),
  whole(
    'headers of outer middlewares are set aside while the handlers run',
    "one reader's X-User is stored and served to all",
    { file: cachePage, find: '    setAside(context, outer)\n', replace: '' },
  ),
  whole('an answer has the headers of its own request’s middlewares', 'a session cookie is lost on a hit', {
    file: answer,
    find: 'const headers = withOuter(own, outer)',
    replace: 'const headers = new Headers(own)',
  }),
  whole('outer middlewares can make a page private', 'a page made for one session is served to all', {
    file: cachePage,
    find: 'isStorable(response, vary) && isShareable(outer, vary)',
    replace: 'isStorable(response, vary)',
  }),
  whole('a refresh does not store a response of the error handler', 'an error page for one reader is served to all', {
    file: cachePage,
    find: 'if (error === undefined && mayKeep(response)) {',
    replace: 'if (mayKeep(response)) {',
  }),
  whole('a refresh invalidates a page that is gone', 'a deleted page is served for the whole stale window', {
    file: cachePage,
    find: '      if (response.status === 404 || response.status === 410) return undefined\n',
    replace: '',
  }),
  whole('a body is read up to a limit', 'an endless stream fills the memory', {
    file: storedPage,
    find: 'while (sizeBytes <= MAX_BODY_BYTES) {',
    replace: 'for (;;) {\n      if (sizeBytes > 4 * MAX_BODY_BYTES) throw new Error("unbounded")',
  }),
  whole('a page’s own age limits its TTL', 'a page that may be 5 s old is served for 1 min', {
    file: cachePage,
    find: '        loading.setTtl(maxAge)\n',
    replace: '        void maxAge\n',
  }),
  whole('a page replaces the response of a failed handler', 'headers of the failure are sent with the page', {
    file: answer,
    find: '  context.res = undefined\n  context.res = response\n',
    replace: '  context.res = response\n',
  }),
  whole('an absent header differs from an empty one', 'different requests share a page', {
    file: pageKey,
    find: 'return value === undefined ? [] :',
    replace: 'return value === undefined ? [`${name}=`] :',
  }),
  whole('values of one name keep their order', 'different requests share a page', {
    file: pageKey,
    find: '.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))',
    replace: '.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))',
  }),
  whole(
    'names of parameters are decoded',
    'a parameter with another spelling is missing in the key, but seen by the handler',
    {
      file: pageKey,
      find: "name: decoded(text.split('=', 1)[0]!)",
      replace: "name: text.split('=', 1)[0]!",
    },
  ),
  page('the greeting is inserted after the cache', "the first reader's greeting is served to all", {
    file: route,
    find: 'return new Response(html, {',
    replace: 'return new Response(greet(html, readerOf(context)), {',
  }),
  page('the greeting is escaped', 'a cookie becomes HTML in the page', {
    file: greeting,
    find: "jsx('p', { class: 'greeting' }, reader === '' ? 'Hello' : `Hello, ${reader}`).toString()",
    replace: '`<p class="greeting">${reader === "" ? "Hello" : `Hello, ${reader}`}</p>`',
  }),
  page('the greeting is inserted literally', 'a name such as $& repeats the hole', {
    file: greeting,
    find: 'return html.slice(0, at) + greeting + html.slice(at + HOLE.length)',
    replace: 'return html.replace(HOLE, String(greeting))',
  }),
  page('the greeting has a limit', 'a cookie of kilobytes fills the page', {
    file: greeting,
    find: '.slice(0, MAX_NAME)',
    replace: '',
  }),
  page('the ETag is the reader’s', 'a reader gets 304 for the page of another', {
    file: route,
    find: 'etagOf(JSON.stringify([etag, reader]))',
    replace: 'etagOf(JSON.stringify([etag]))',
  }),
  page('every page has an ETag of its own content', 'a reader gets 304 for a page that has changed', {
    file: route,
    find: ', ETag: etagOf(html) } })',
    replace: ' } })',
  }),
  page('the next page has its own key', 'every page shows the posts of the page requested first', {
    file: route,
    find: "return `page:/posts${after > 0 ? `?after=${after}` : ''}`",
    replace: "return `page:/posts${after > 0 ? '' : ''}`",
  }),
  page('whole pages carry the tag of posts', 'a page shows old posts after a write was acknowledged', {
    file: route,
    find: ', tags: [LISTS_TAG] })',
    replace: ' })',
  }),
  page('a write invalidates this process’s memory', 'the page shows old posts after a write was acknowledged', {
    file: `${api}/routes/write-posts.ts`,
    find: '      if (hasChanged) await instance.invalidateMemory({ tags: TAGS })\n',
    replace: '',
  }),
]
