import { expect, test } from 'vitest'
import { schemaName } from './schema-name.ts'

test.each([
  ['cache-aside', 'cache_aside'],
  ['tiered', 'tiered'],
  ['peer:bentocache', 'peer_bentocache'],
  ['peer:cache-manager', 'peer_cache_manager'],
])('%s has the schema %s', (strategy, schema) => {
  expect(schemaName(strategy)).toBe(schema)
})

test.each([
  '',
  'Cache',
  'a b',
  'a"; drop schema public; --',
  'cache_aside',
  '-a',
  'a-',
  'a--b',
  '1a',
  'é',
  'other:a',
  'peer:',
  'pg-temp',
  'a'.repeat(64),
])('refuses %j, and the message shows it', (strategy) => {
  const shown = JSON.stringify(strategy)
  expect(() => schemaName(strategy)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining(shown) }),
  )
})
