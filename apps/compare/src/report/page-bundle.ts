import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PageBundle } from './report-file.ts'

const dashboard = new URL('../../../dashboard/', import.meta.url)
const built = new URL('dist/report/', dashboard)

/**
 * The bundle of a report's page, built by apps/dashboard if it is missing or older than what it is made of.
 *
 * @throws Error with the output of the build, if that fails
 */
export async function pageBundle(): Promise<PageBundle> {
  const build = fileURLToPath(new URL('build/build-comparison-bundle.ts', dashboard))
  try {
    await promisify(execFile)(process.execPath, ['--conditions=workspace-source', build])
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`the page of the report could not be built: ${stderr?.trim() || error}`, { cause: error })
  }
  const [script, style] = await Promise.all(
    (['page.js', 'page.css'] as const).map((name) => readFile(new URL(name, built), 'utf8')),
  )
  return { script: script!, style: style! }
}
