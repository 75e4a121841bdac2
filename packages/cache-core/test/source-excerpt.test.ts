import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DATA } from '../scripts/races-data.ts'
import { excerptOf, type SourceExcerpt, sourceExcerpt } from '../scripts/source-excerpt.ts'
import { tracedRaces } from './traced-races.ts'

const SOURCE = ['function f() {', '  if (a) {', '    b()', '', '    c()', '  }', '}'].join('\n')

describe('excerptOf', () => {
  it('has two lines before and after, without their common indentation', () => {
    expect(excerptOf(SOURCE, 'f.ts', 'b()')).toEqual({
      file: 'f.ts',
      line: 3,
      from: 1,
      lines: ['function f() {', '  if (a) {', '    b()', '', '    c()'],
    })
    expect(excerptOf('\n  a\n\n    b\n  c\n', 'g.ts', 'b').lines).toEqual(['a', '', '  b', 'c', ''])
  })

  it('fails if the line is missing, or there twice', () => {
    expect(() => excerptOf(SOURCE, 'f.ts', 'd()')).toThrow('f.ts has 0 lines "d()"')
    expect(() => excerptOf('a\na', 'f.ts', 'a')).toThrow('f.ts has 2 lines "a"')
  })
})

it('the stored excerpts match the source; if not: pnpm --filter cache-core run races-page', () => {
  const stored = JSON.parse(readFileSync(DATA, 'utf8')) as { title: string; decidedBy: SourceExcerpt }[]
  expect(stored.map(({ title }) => title)).toEqual(tracedRaces.map(({ title }) => title))
  for (const [i, { file, line }] of tracedRaces.map(({ decidedBy }) => decidedBy).entries()) {
    expect(stored[i]!.decidedBy).toMatchObject(sourceExcerpt(file, line))
  }
})
