/** `pnpm --filter dashboard build`: writes the pages into `dist`, which the API serves. */
import { join } from 'node:path'
import { build } from 'vite'
import { buildComparisonBundle } from './comparison-bundle.ts'
import { writeComparisons } from './comparisons/write-comparisons.ts'
import { precompress } from './precompress.ts'
import { writeReading } from './reading/write-reading.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

await build({ root, logLevel: 'warn' })
await buildComparisonBundle(join(dist, 'report'))
writeReading(dist)
await writeComparisons(dist)
precompress(dist)
