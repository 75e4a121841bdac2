import { describe, expect, it } from 'vitest'
import { startApi } from './start-api.ts'

// The running API is tested in apps/api/test/process.live.slow.test.ts.
describe('startApi', () => {
  it('rejects with the output of an API that ends before it serves', async () => {
    await expect(startApi({ DATABASE_URL: 'nowhere' })).rejects.toThrow(
      /the API ended with 1: DATABASE_URL is not usable/,
    )
  })
})
