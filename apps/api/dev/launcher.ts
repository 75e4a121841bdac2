/** `pnpm dev`: everything the API needs, and the API, restarted when a source file is saved. */
import { join } from 'node:path'
import { launch } from './launch.ts'

const api = join(import.meta.dirname, '..')

await launch({ api, entry: 'src/main.ts', root: join(api, '../..') })
