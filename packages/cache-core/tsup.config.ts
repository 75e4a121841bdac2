import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/redis/index.ts',
    'src/hono/index.ts',
    'src/memcached/index.ts',
    'src/postgres/index.ts',
    'src/testing/index.ts',
  ],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
})
