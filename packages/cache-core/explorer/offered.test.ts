import { expect, it } from 'vitest'
import { stampedeLock } from '../src/strategies/stampede-lock.ts'
import { offered } from './offered.ts'

it('passes known and unknown options to a strategy, even if applied twice', () => {
  const options = { ttlMs: 100, leaseMs: 30, staleMs: 100 }
  for (const given of [offered(options), offered(offered(options))]) {
    expect(stampedeLock(given).lifetime).toMatchObject({ ttlMs: 100, leaseMs: 30 })
  }
})
