/**
 * `build-comparison-bundle.ts FOLDER` builds the script and the style sheet of a report, unless they are newer than what they are made
 * of. For `pnpm compare`: in a folder of its own, since a build of all pages empties `dist`.
 */
import { join } from 'node:path'
import { bundleSources, isFresh } from './fresh.ts'

const root = join(import.meta.dirname, '../../..')
const folder = process.argv[2]
if (folder === undefined) throw new Error('give the folder')

const files = ['page.css', 'page.js'].map((name) => join(folder, name))
if (!files.every((file) => isFresh(file, root, bundleSources))) {
  console.error("building the report's page")
  const { buildComparisonBundle } = await import('./comparison-bundle.ts')
  await buildComparisonBundle(folder)
}
