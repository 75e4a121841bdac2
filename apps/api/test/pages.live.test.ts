/** The built pages, served as they are on the disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import { apiReferencePolicy, pagePolicy } from 'dashboard/csp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

const INDEX = '<!doctype html><main><table><tbody><!-- figures --></tbody></table></main>'
const SCRIPT = 'export const answer = 42\n'

const folder = mkdtempSync(join(tmpdir(), 'pages-'))
let api: TestApi
beforeAll(async () => {
  await Promise.all(['assets', 'strategies', 'docs'].map((name) => mkdir(join(folder, name))))
  const files = {
    'index.html': INDEX,
    'races.html': '<p>races</p>',
    'strategies.html': '<p>strategies</p>',
    'docs.html': '<p>docs</p>',
    'docs/NOTICE': 'a notice',
    'strategies/cache-aside.html': '<p>cache-aside</p>',
    'assets/index-1a2b.js': SCRIPT,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await writeFile(join(folder, 'assets/index-1a2b.js.br'), brotliCompressSync(SCRIPT))
  await writeFile(join(folder, 'assets/index-1a2b.js.gz'), gzipSync(SCRIPT))
  api = await testApi({ store: 'memory', pagesFolder: folder })
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true })
})

describe('/', () => {
  it('has a row of figures for each strategy, also without JavaScript', async () => {
    await api.request('/api/posts/1?strategy=cache-aside')
    await api.request('/api/posts/1?strategy=cache-aside')
    const html = await (await api.request('/')).text()
    const rows = [...html.matchAll(/<tr><th scope="row">([^<]+)<\/th>(.*?)<\/tr>/g)]
    expect(rows.map(([, name]) => name)).toEqual(api.instances.names)
    const cells = rows.find(([, name]) => name === 'cache-aside')![2]!.match(/(?<=<td>)[^<]*/g)!
    expect([cells[0], cells[1], cells[4], cells[5]]).toEqual(['2', '50.0 %', '1', '0'])
    expect(Number(cells[2])).toBeGreaterThan(0)
  })

  it('allows nothing from elsewhere, and no script in the page', async () => {
    const { headers } = await api.request('/')
    expect(headers.get('Content-Security-Policy')).toBe(pagePolicy)
    expect((await api.request('/docs')).headers.get('Content-Security-Policy')).toBe(apiReferencePolicy)
    for (const policy of [pagePolicy, apiReferencePolicy]) expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect([headers.get('X-Content-Type-Options'), headers.get('Cache-Control')]).toEqual(['nosniff', 'no-cache'])
  })
})

describe('a file', () => {
  it.each([
    ['/races', 'races'],
    ['/races/', 'races'],
    ['/strategies', 'strategies'],
    ['/strategies/cache-aside', 'cache-aside'],
    ['/docs', 'docs'],
  ])('%s is found without its ending', async (path, text) => {
    const answer = await api.request(path)
    expect([answer.status, await answer.text()]).toEqual([200, `<p>${text}</p>`])
  })

  it('is sent compressed as it is on the disk, to clients that accept it, and kept for a year if its name has a hash', async () => {
    const plain = await api.request('/assets/index-1a2b.js')
    expect([await plain.text(), plain.headers.get('Content-Encoding')]).toEqual([SCRIPT, null])
    const packed = await api.request('/assets/index-1a2b.js', { headers: { 'Accept-Encoding': 'gzip, br' } })
    expect(brotliDecompressSync(await packed.arrayBuffer()).toString()).toBe(SCRIPT)
    expect(Object.fromEntries(packed.headers)).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    })
    expect(packed.headers.get('ETag')).not.toBe(plain.headers.get('ETag'))
    const known = { headers: { 'Accept-Encoding': 'br', 'If-None-Match': packed.headers.get('ETag')! } }
    expect((await api.request('/assets/index-1a2b.js', known)).status).toBe(304)
  })

  it.each([
    ['gzip, br', 'br'],
    ['br;q=0, gzip;q=0', null],
    ['br; q=0.0, gzip', 'gzip'],
    ['GZIP;q=0.5, BR;q=0', 'gzip'],
    ['br;q=0.2, gzip', 'br'],
    ['identity', null],
    ['*;q=0', null],
    ['x-br, sgzip', null],
    ['', null],
  ])('for Accept-Encoding "%s" is sent as %s', async (accepted, encoding) => {
    const answer = await api.request('/assets/index-1a2b.js', { headers: { 'Accept-Encoding': accepted } })
    expect([answer.status, answer.headers.get('Content-Encoding')]).toEqual([200, encoding])
  })

  it.each([
    '/assets/none.js',
    '/strategies/none',
    '/strategies/..%2Findex.html',
    '/assets/..%2F..%2Findex.html',
    '/secret.txt',
  ])('%s is not found', async (path) => {
    const answer = await api.request(path)
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([404, 'application/problem+json'])
  })
})
