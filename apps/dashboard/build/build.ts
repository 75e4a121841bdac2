/** `pnpm --filter dashboard build`: writes the pages into `dist`, which the API serves. */
import { join } from 'node:path'
import { build } from 'vite'
import { precompress } from './precompress.ts'

const root = join(import.meta.dirname, '..')

await build({ root, logLevel: 'warn' })
precompress(join(root, 'dist'))
