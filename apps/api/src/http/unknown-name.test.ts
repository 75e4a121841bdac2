import { expect, it } from 'vitest'
import { nearest, unknownName } from './unknown-name.ts'

const tuning = ['ttlMs', 'leaseMs', 'originDelayMs', 'staleMs', 'beta']

it.each([
  ['ttl', tuning, 'ttlMs'],
  ['ttl_ms', tuning, 'ttlMs'],
  ['TTLMS', tuning, 'ttlMs'],
  ['ttlSeconds', tuning, undefined],
  ['delayMs', tuning, 'originDelayMs'],
  ['leasMs', tuning, 'leaseMs'],
  ['lease', tuning, 'leaseMs'],
  ['stale', tuning, 'staleMs'],
  ['key', ['strategy', 'keys', 'tags', 'all'], 'keys'],
  ['tag', ['strategy', 'keys', 'tags', 'all'], 'tags'],
  ['everything', ['strategy', 'keys', 'tags', 'all'], undefined],
  ['limt', ['strategy', 'limit', 'after'], 'limit'],
  ['page', ['strategy', 'limit', 'after'], undefined],
  ['__proto__', tuning, undefined],
  ['', tuning, undefined],
  ['x'.repeat(100_000), tuning, undefined],
])('%s', (given, names, meant) => {
  expect(nearest(given, names)).toBe(meant)
})

it('lists unknown and known names in one line', () => {
  expect(unknownName('key', ['ttl', 'foo'], tuning)).toBe(
    'there is no key "ttl" (did you mean ttlMs?), no "foo"; there are ttlMs, leaseMs, originDelayMs, staleMs, beta',
  )
  expect(unknownName('key', 'x', ['strategy'])).toBe('there is no key "x"; there is only strategy')
})
