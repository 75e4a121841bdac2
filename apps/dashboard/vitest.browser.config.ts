import { defineConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** Tests in Chromium, against the API with the built pages. One file at a time: each has an API, and reads figures per second. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/**/*.browser.test.ts'],
    globalSetup: 'test/support/build-pages.ts',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000, interval: 200 } },
  },
})
