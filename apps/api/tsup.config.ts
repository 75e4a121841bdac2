import { defineConfig } from 'tsup'

/** Bundles the workspace's packages and the dependencies that only they have; all others are installed. */
export default defineConfig({
  entry: ['src/main.ts', 'src/seed.ts', 'src/worker.ts', 'src/live/load-process.ts', 'src/live/lease-holder.ts'],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  noExternal: ['cache-core', /^cache-core\//, /^dashboard\//, 'posts-db', 'strategies', 'workload', 'lru-cache'],
  // Imported only with PEERS=1, from the workspace. Without this line it would be bundled, as a devDependency.
  external: ['peers'],
  esbuildOptions(options) {
    options.conditions = ['workspace-source']
  },
})
