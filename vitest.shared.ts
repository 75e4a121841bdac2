import { configDefaults, defineConfig } from 'vitest/config'

/** With SLOW=1 the tests called `*.slow.test.ts` run, and no others; without it, all others. */
const leftOut = process.env.SLOW === '1' ? '**/!(*.slow).test.ts' : '**/*.slow.test.ts'

/** Every package's tests read the workspace's sources, so that no build comes first. */
export default defineConfig({
  ssr: { resolve: { conditions: ['workspace-source', 'node'] } },
  test: {
    include: ['{src,test,dev}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, leftOut],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
