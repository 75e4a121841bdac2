import { defineConfig } from 'tsup'

/** Files with the workspace's own packages in it, and what those alone depend on; the rest is installed. */
export default defineConfig({
  entry: ['src/main.ts', 'src/seed.ts'],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  noExternal: ['cache-core', /^cache-core\//, 'posts-db', 'strategies', 'cockatiel', 'lru-cache'],
  // Only where PEERS=1, and then from the workspace: a devDependency would be bundled.
  external: ['peers'],
  esbuildOptions(options) {
    options.conditions = ['workspace-source']
  },
})
