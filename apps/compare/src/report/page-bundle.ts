import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { PageBundle } from './report-file.ts'

const dashboard = new URL('../../../dashboard/', import.meta.url)
const built = new URL('node_modules/.cache/report/', dashboard)

/**
 * The bundle of a report's page, built by apps/dashboard if it is missing or older than what it is made of.
 *
 * @throws Error if the build fails, which prints why
 */
export async function pageBundle(): Promise<PageBundle> {
  const build = fileURLToPath(new URL('build/build-comparison-bundle.ts', dashboard))
  const { status } = spawnSync(process.execPath, ['--conditions=workspace-source', build, fileURLToPath(built)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) {
    throw new Error("the report's page could not be built, for the reason above. Run pnpm install, then try again")
  }
  const [script, style] = await Promise.all(
    (['page.js', 'page.css'] as const).map((name) => readFile(new URL(name, built), 'utf8')),
  )
  return { script: script!, style: style! }
}
