import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Api, ApiContext } from '../http/api-types.ts'
import { Problem } from '../http/problem.ts'
import { isNotModified } from '../posts/conditional.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'

/** Nothing comes from anywhere else, and no script or style is in a page itself. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

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
 * The built pages of apps/dashboard, as they are on the disk.
 *
 * @param folder the output of its build
 */
export function pageRoutes(app: Api, instances: StrategyInstances, folder: string): void {
  const pages = new Map<string, Page>()
  const pageOf = (path: string) => {
    const page = pages.get(path) ?? readPage(folder, path)
    if (page !== undefined) pages.set(path, page)
    return page
  }

  app.get('/', () => {
    const page = pageOf('/index.html')
    if (page === undefined) throw new Error(`there is no index.html in ${folder}`)
    const html = page.plain.toString().replace(FIGURES, () => rowsOf(instances))
    return new Response(html, { headers: { ...commonHeaders(page), 'Cache-Control': 'no-cache' } })
  })

  for (const path of ['/races', '/strategies', '/docs', '/strategies/:file', '/assets/:file']) {
    app.get(path, (context) => {
      const asked = new URL(context.req.url).pathname.replace(/\/$/, '')
      const page = pageOf(asked) ?? pageOf(`${asked}.html`) ?? pageOf(`${asked}/index.html`)
      if (page !== undefined) return answer(context, page, asked)
      throw new Problem({ status: 404, code: 'no-such-page', detail: `there is no page ${asked.slice(0, 80)}` })
    })
  }
}

function answer(context: ApiContext, page: Page, path: string): Response {
  const accepted = context.req.header('Accept-Encoding') ?? ''
  const encoding =
    page.br && /\bbr\b/.test(accepted) ? 'br' : page.gzip && /\bgzip\b/.test(accepted) ? 'gzip' : undefined
  const etag = encoding === undefined ? page.etag : page.etag.replace(/"$/, `-${encoding}"`)
  const headers = {
    ...commonHeaders(page),
    'Cache-Control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ETag: etag,
    ...(encoding && { 'Content-Encoding': encoding }),
  }
  if (isNotModified(context, etag)) return new Response(null, { status: 304, headers })
  return new Response((encoding === undefined ? page.plain : page[encoding]!) as Uint8Array<ArrayBuffer>, { headers })
}

function commonHeaders({ type }: Page): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': PAGE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  }
}

/** Only names that a build makes: no path leaves the folder. */
const NAME = /^(?:\/[\w-][\w.-]*)+\.(?:html|js|css|svg|json)$/

function readPage(folder: string, path: string): Page | undefined {
  if (!NAME.test(path) || path.includes('..')) return undefined
  const read = (suffix: string) => {
    try {
      return readFileSync(join(folder, path + suffix))
    } catch {
      return undefined
    }
  }
  const plain = read('')
  if (plain === undefined) return undefined
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)]!
  const etag = `"${hash('sha256', plain, 'base64url').slice(0, 22)}"`
  return { type, etag, plain, br: read('.br'), gzip: read('.gz') }
}

/** Strategy, reads, hit ratio, p50 of hits and of waiting reads, loads, stale reads. The names are ours, so nothing is escaped. */
function rowsOf(instances: StrategyInstances): string {
  const rows = instances.all.map(({ name, counters }) => {
    const { reads, hits, stale, loads, staleReads, latencyMs } = counters.snapshot()
    const { hit, miss } = latencyMs
    const cells = [
      reads,
      reads === 0 ? '–' : `${((100 * (hits + stale)) / reads).toFixed(1)} %`,
      hit.p50 ?? '–',
      miss.p50 ?? '–',
      loads,
      staleReads,
    ]
    return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return rows.join('\n')
}
