import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { bundleSources, isFresh, pageSources } from './fresh.ts'

const root = mkdtempSync(join(tmpdir(), 'fresh-'))
afterAll(() => rmSync(root, { recursive: true }))

function write(path: string, seconds: number): string {
  const file = join(root, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  utimesSync(file, seconds, seconds)
  return file
}

it('a built file is fresh if it exists and is newer than every source', () => {
  write('README.md', 10)
  write('src/deep/a.ts', 20)
  const sources = ['README.md', 'src']
  expect(isFresh(join(root, 'missing'), root, sources)).toBe(false)
  const built = write('dist/built', 30)
  expect(isFresh(built, root, sources)).toBe(true)
  write('src/deep/a.ts', 40)
  expect(isFresh(built, root, sources)).toBe(false)
})

it('what is built and installed is not a source', () => {
  write('app/src/a.ts', 10)
  write('app/dist/page.js', 99)
  write('app/node_modules/b.js', 99)
  expect(isFresh(write('dist/built', 30), root, ['app'])).toBe(true)
})

it('every source exists, and those of a report are among those of the pages', () => {
  const repository = join(import.meta.dirname, '../../..')
  for (const source of pageSources) expect(existsSync(join(repository, source)), source).toBe(true)
  expect(pageSources).toEqual(expect.arrayContaining([...bundleSources]))
  expect(bundleSources).toContain('apps/compare/src')
})
