import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')

/**
 * The script and the style sheet of a comparison's page, without hashes in their names: a report has both inside, and the site's
 * pages link them. Each is renamed into the folder when it is complete, the script last, so that no reader and no other build sees
 * a part of one.
 */
export async function buildComparisonBundle(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const temporary = mkdtempSync(join(folder, 'building-'))
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      resolve: { conditions: ['workspace-source', 'module', 'browser', 'production'] },
      build: {
        target: 'es2022',
        outDir: temporary,
        modulePreload: false,
        assetsInlineLimit: 0,
        rolldownOptions: {
          input: 'src/comparison/page.ts',
          output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]', codeSplitting: false },
        },
      },
    })
    for (const name of ['page.css', 'page.js']) renameSync(join(temporary, name), join(folder, name))
  } finally {
    rmSync(temporary, { recursive: true })
  }
}
