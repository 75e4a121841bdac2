/** Builds the script and the style sheet of a report, unless they are newer than what they are made of. For `pnpm compare`. */
import { join } from 'node:path'
import { BUNDLE, buildComparisonBundle } from './comparison-bundle.ts'
import { bundleSources, isFresh } from './fresh.ts'

const dashboard = join(import.meta.dirname, '..')

if (!isFresh(join(dashboard, BUNDLE, 'page.js'), join(dashboard, '../..'), bundleSources)) await buildComparisonBundle()
