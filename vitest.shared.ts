import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** With SLOW=1 only `*.slow.test.ts` run, with NIGHTLY=1 only `*.nightly.test.ts`; without either, only the other tests. */
const isNightly = process.env.NIGHTLY === '1'
const isSlow = process.env.SLOW === '1' || isNightly
const leftOut = isNightly ? '**/!(*.nightly).test.ts' : isSlow ? '**/!(*.slow).test.ts' : '**/*.{slow,nightly}.test.ts'

/**
 * Limits for tests that hang; a test about time sets its own. Slow tests start several processes and new databases: this
 * takes 4 to 8 s on an idle machine, and up to 5 times as long in parallel with other test files.
 */
const limits = { testTimeout: isSlow ? 90_000 : 20_000, expect: { poll: { timeout: 10_000 } } }

/** By default vitest leaves one core unused. Slow tests mostly wait, for deadlines and for processes to start. */
const maxWorkers = Math.max(isSlow ? 3 : 2, availableParallelism() - 1)

/** Every package's tests import the workspace's sources, so they need no build. */
export default defineConfig({
  ssr: { resolve: { conditions: ['workspace-source', 'node'] } },
  test: {
    include: ['{src,explorer,test,dev}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, leftOut],
    ...limits,
    maxWorkers,
    hookTimeout: 60_000,
  },
})
