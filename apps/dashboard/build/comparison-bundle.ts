import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')

/** The folder in `dist` with the script and the style sheet of a comparison's page. */
export const BUNDLE = 'dist/report'

/** One script and one style sheet without hashes in their names: a report has both inside, and the site's pages link them. */
export async function buildComparisonBundle(): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { conditions: ['workspace-source', 'module', 'browser', 'production'] },
    build: {
      target: 'es2022',
      outDir: BUNDLE,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: 'src/comparison/page.ts',
        output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]', codeSplitting: false },
      },
    },
  })
}
