import { describe, expect, it } from 'vitest'
import { startApi } from './start-api.ts'

const entry = new URL('../test/serve-environment.ts', import.meta.url)

// The running API is tested in apps/api/test/process.live.slow.test.ts.
describe('startApi', () => {
  it('rejects with the output of an API that ends before it serves', async () => {
    await expect(startApi(entry, { FAIL: 'not usable' })).rejects.toThrow(/the API ended with 1: not usable/)
  })
})
