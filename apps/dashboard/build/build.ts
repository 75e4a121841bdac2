/** `pnpm --filter dashboard build`: writes the pages into `dist`, which the API serves. */
import { join } from 'node:path'
import { build } from 'vite'
import { precompress } from './precompress.ts'
import { writeReading } from './reading/write-reading.ts'

const root = join(import.meta.dirname, '..')

await build({ root, logLevel: 'warn' })
writeReading(join(root, 'dist'))
precompress(join(root, 'dist'))
