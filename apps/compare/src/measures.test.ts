import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { measures } from './measures.ts'

const page = readFileSync(new URL('../../../docs/measuring.md', import.meta.url), 'utf8')

it('docs/measuring.md defines exactly these measures, with the same titles in the same order', () => {
  const defined = [...page.matchAll(/^\| \*\*(.+)\*\* `(\w+)` *\| (?!\s*\|)/gm)].map(([, title, name]) => [name, title])
  expect(defined).toEqual(Object.entries(measures).map(([name, { title }]) => [name, title]))
})
