import { expect, it } from 'vitest'
import { isNotModified, rawHeader } from './conditional.ts'

const given = (...values: string[]) =>
  rawHeader(
    values.flatMap((value) => ['If-None-Match', value]),
    'if-none-match',
  )

it.each([
  ['"etag"'],
  ['W/"etag"'],
  ['*'],
  ['"a", "etag"'],
  ['"a,b" ,,\t"etag",'],
  ['"a"', '"etag"'],
  ['"\xe4", "etag"'],
])('matches %s', (...values) => {
  expect(isNotModified(given(...values), '"etag"')).toBe(true)
})

it.each([
  ['"etag"-gzip'],
  ['"a""etag"'],
  ['"a" "etag"'],
  ['W/ "etag"'],
  ['w/"etag"'],
  ['etag'],
  ['"x y", "etag"'],
  ['"a", *'],
  ['"a" x, "etag"'],
  [''],
])('does not match, or is malformed: %s', (value) => {
  expect(isNotModified(given(value), '"etag"')).toBe(false)
})

it('stays fast for adversarial headers', () => {
  const startedAt = performance.now()
  for (const part of [' ', ',', ' ,', '"a",', '"a" ']) {
    expect(isNotModified(given(`${part.repeat(16_000 / part.length)}x`), '"etag"')).toBe(false)
  }
  expect(performance.now() - startedAt).toBeLessThan(100)
})
