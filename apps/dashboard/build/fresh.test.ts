import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleSources, isFresh, pageSources } from './fresh.ts'

const root = mkdtempSync(join(tmpdir(), 'fresh-'))
afterAll(() => rmSync(root, { recursive: true }))

const YEAR = 365 * 86_400
const now = () => Date.now() / 1_000

function write(path: string, seconds = now()): string {
  const file = join(root, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  utimesSync(file, seconds, seconds)
  return file
}

it('a built file is fresh if it exists and is newer than every source', () => {
  write('README.md')
  write('src/deep/a.ts')
  const sources = ['README.md', 'src']
  expect(isFresh(join(root, 'missing'), root, sources)).toBe(false)
  const built = write('dist/built', now() + YEAR)
  expect(isFresh(built, root, sources)).toBe(true)
  write('src/deep/a.ts', now() + 2 * YEAR)
  expect(isFresh(built, root, sources)).toBe(false)
})

describe('a built file is not fresh after', () => {
  /**
   * Writes the built file until it has a later time than its sources. Its time is the file system's, as after a build: `Date.now()`
   * may be some milliseconds ahead, and a change after that would look older.
   */
  function builtFrom(source: string): string {
    const built = write('dist/built')
    do writeFileSync(built, '')
    while (!isFresh(built, root, [source]))
    return built
  }

  it.each<[string, (folder: string) => void]>([
    ['a source was deleted', (folder) => rmSync(join(root, folder, 'deep/a.ts'))],
    [
      'a file with an old time was moved there',
      (folder) => renameSync(write('old.ts', 10), join(root, folder, 'c.ts')),
    ],
    ['a source was replaced by an older one', (folder) => write(`${folder}/deep/a.ts`, 10)],
  ])('%s', (change, make) => {
    const folder = change.replaceAll(' ', '-')
    write(`${folder}/deep/a.ts`)
    write(`${folder}/deep/b.ts`)
    const built = builtFrom(folder)
    make(folder)
    expect(isFresh(built, root, [folder])).toBe(false)
  })
})

it('what is built and installed is not a source', () => {
  write('app/src/a.ts')
  write('app/dist/page.js', now() + 2 * YEAR)
  write('app/node_modules/b.js', now() + 2 * YEAR)
  expect(isFresh(write('dist/built', now() + YEAR), root, ['app'])).toBe(true)
})

it('every source exists, and those of a report are among those of the pages', () => {
  const repository = join(import.meta.dirname, '../../..')
  for (const source of pageSources) expect(existsSync(join(repository, source)), source).toBe(true)
  expect(pageSources).toEqual(expect.arrayContaining([...bundleSources]))
  expect(bundleSources).toEqual(expect.arrayContaining(['apps/compare/src', 'pnpm-lock.yaml']))
})
