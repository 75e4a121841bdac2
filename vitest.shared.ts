import { defineConfig } from 'vitest/config'

/** Every package's tests read the workspace's sources, so that no build comes first. */
export default defineConfig({
  ssr: { resolve: { conditions: ['workspace-source', 'node'] } },
  test: {
    include: ['{src,test,dev}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
