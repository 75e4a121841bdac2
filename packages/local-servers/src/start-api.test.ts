import { describe, expect, it } from 'vitest'
import { startApi } from './start-api.ts'

// What it does once it serves is tested in apps/api/test/process.live.slow.test.ts.
describe('startApi', () => {
  it('says what the API printed when it ends instead of serving', async () => {
    await expect(startApi({ DATABASE_URL: 'nowhere' })).rejects.toThrow(
      /the API ended with 1: DATABASE_URL is not usable/,
    )
  })
})
