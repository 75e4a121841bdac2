import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { apiReferencePolicy, pagePolicy } from 'dashboard/csp'
import { accepts } from 'hono/accepts'
import type { Api, ApiContext } from '../http/api-types.ts'
import { ifNoneMatch, isNotModified } from '../posts/conditional.ts'
import type { FigureCollector, Figures } from '../telemetry/figures.ts'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
}
/** Vite puts a hash into the names of these files. */
const HASHED = /^\/assets\//
/** Replaced by a row for each strategy, so that the table is there without JavaScript. */
const FIGURES = '<!-- figures -->'

interface Page {
  readonly type: string
  readonly etag: string
  readonly plain: Buffer
  readonly br: Buffer | undefined
  readonly gzip: Buffer | undefined
}

/**
 * The built pages of apps/dashboard, each under its path: `/races.html` as `/races`. Read once, so that no request names a file.
 *
 * @param folder the output of its build
 */
export function pageRoutes(app: Api, strategies: readonly string[], collector: FigureCollector, folder: string): void {
  for (const [path, page] of readPages(folder)) {
    if (path === '/index') app.get('/', () => livePage(page, strategies, collector))
    else app.get(path, (context) => answer(context, page, path))
  }
}

async function livePage(page: Page, strategies: readonly string[], collector: FigureCollector): Promise<Response> {
  const figures = await collector.collect()
  const rows = strategies.map((name) => rowOf(name, figures))
  const html = page.plain.toString().replace(FIGURES, () => rows.join('\n'))
  return new Response(html, { headers: { ...headersOf(page, '/'), 'Cache-Control': 'no-cache' } })
}

function answer(context: ApiContext, page: Page, path: string): Response {
  const encoding = encodingFor(context, page)
  const etag = encoding === undefined ? page.etag : page.etag.replace(/"$/, `-${encoding}"`)
  const headers = {
    ...headersOf(page, path),
    'Cache-Control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ETag: etag,
    ...(encoding && { 'Content-Encoding': encoding }),
  }
  if (isNotModified(ifNoneMatch(context), etag)) return new Response(null, { status: 304, headers })
  return new Response((encoding === undefined ? page.plain : page[encoding]!) as Uint8Array<ArrayBuffer>, { headers })
}

/** The smaller one that the client accepts. A weight of 0 refuses it (RFC 9110, 12.5.3). */
function encodingFor(context: ApiContext, page: Page): 'br' | 'gzip' | undefined {
  const encodings = (['br', 'gzip'] as const).filter((encoding) => page[encoding] !== undefined)
  const chosen = accepts(context, {
    header: 'Accept-Encoding',
    supports: [...encodings],
    default: 'identity',
    match: (accepted, { supports, default: none }) =>
      supports.find((encoding) => accepted.some(({ type, q }) => q > 0 && type.toLowerCase() === encoding)) ?? none,
  })
  return encodings.find((encoding) => encoding === chosen)
}

function headersOf({ type }: Page, path: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': path === '/docs' ? apiReferencePolicy : pagePolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  }
}

function readPages(folder: string): Map<string, Page> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const contents = new Map(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name)
      return [`/${relative(folder, file)}`, readFileSync(file)] as const
    }),
  )
  const pages = new Map<string, Page>()
  for (const [path, plain] of contents) {
    if (/\.(?:br|gz)$/.test(path)) continue
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8'
    const etag = `"${hash('sha256', plain, 'base64url').slice(0, 22)}"`
    const [br, gzip] = [contents.get(`${path}.br`), contents.get(`${path}.gz`)]
    pages.set(path.replace(/\.html$/, ''), { type, etag, plain, br, gzip })
  }
  return pages
}

/** Strategy, reads, hit ratio, p50 of hits and of waiting reads, loads, stale reads. The names are ours, so nothing is escaped. */
function rowOf(name: string, figures: Figures): string {
  const { reads, hits, stale, loads, staleReads, latencyMs } = figures.totals(name).snapshot()
  const { hit, miss, bypass } = latencyMs
  const cells = [
    reads,
    reads === 0 ? '–' : `${((100 * (hits + stale)) / reads).toFixed(1)} %`,
    hit.p50 ?? '–',
    miss.p50 ?? bypass.p50 ?? '–',
    loads,
    // No process knows the writes of the others.
    figures.processes === undefined ? staleReads : '–',
  ]
  return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}
