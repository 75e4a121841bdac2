import { expect, it } from 'vitest'
import type { ApiContext } from './api-types.ts'
import { isNotModified } from './conditional.ts'

const given = (...values: string[]) =>
  ({ env: { incoming: { rawHeaders: values.flatMap((value) => ['If-None-Match', value]) } } }) as unknown as ApiContext

it.each([
  ['"etag"'],
  ['W/"etag"'],
  ['*'],
  ['"a", "etag"'],
  ['"a,b" ,,\t"etag",'],
  ['"a"', '"etag"'],
  ['"\xe4", "etag"'],
])('knows it: %s', (...values) => {
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
])('does not know it, or what is meant: %s', (value) => {
  expect(isNotModified(given(value), '"etag"')).toBe(false)
})

it('takes no longer for a header made to be slow', () => {
  const startedAt = performance.now()
  for (const part of [' ', ',', ' ,', '"a",', '"a" ']) {
    expect(isNotModified(given(`${part.repeat(16_000 / part.length)}x`), '"etag"')).toBe(false)
  }
  expect(performance.now() - startedAt).toBeLessThan(100)
})
