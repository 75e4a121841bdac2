import { expect, test } from 'vitest'
import { isNamedAs, resolveLink } from './links.ts'

const FROM = 'docs/strategies/xfetch.md'

test.each([
  ['stampede-lock.md', '/strategies/stampede-lock'],
  ['stampede-lock.md#read', '/strategies/stampede-lock#read'],
  ['../races.md', '/races'],
  ['../races.md#stale-set', '/races#stale-set'],
  ['#price', '#price'],
  ['https://example.org/a#b', 'https://example.org/a#b'],
])('%s leads to %s', (href, address) => {
  expect(resolveLink(href, FROM)).toEqual({ kind: 'address', href: address })
})

test('a link from the root of the repository leads to the same page', () => {
  expect(resolveLink('docs/strategies/xfetch.md', 'README.md')).toEqual({ kind: 'address', href: '/strategies/xfetch' })
})

test.each([
  ['../http-api.md#guarantees', 'docs/http-api.md#guarantees'],
  ['../runs/compare-blog.json', 'docs/runs/compare-blog.json'],
  ['../../README.md', 'README.md'],
  ['../../packages/cache-core/src/strategies/xfetch.ts', 'packages/cache-core/src/strategies/xfetch.ts'],
])('%s is the file %s, which is not served', (href, path) => {
  expect(resolveLink(href, FROM)).toEqual({ kind: 'file', path })
})

test('a text that is the end of a path, or the number of a decision, only names the file', () => {
  expect(isNamedAs('races.ts', 'packages/cache-core/src/testing/races.ts')).toBe(true)
  expect(isNamedAs('src/races.live.test.ts', 'packages/strategies/src/races.live.test.ts')).toBe(true)
  expect(isNamedAs('0005', 'docs/decisions/0005-server-time-in-bounds.md#price')).toBe(true)
  expect(isNamedAs('theory', 'docs/theory.md#loads-per-expiry')).toBe(true)
  expect(isNamedAs('what these fields mean', 'docs/http-api.md#guarantees')).toBe(false)
})
