import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isFresh, pageSources } from 'dashboard/fresh'

/**
 * Builds the pages of apps/dashboard, unless they are newer than everything they are made of. Never rejects: without them the API
 * serves a list of its routes.
 *
 * @param root the repository
 * @param signal ends the build
 * @returns a line for the operator if they could not be built
 */
export async function buildPages(root: string, signal: AbortSignal): Promise<string | undefined> {
  const dashboard = join(root, 'apps/dashboard')
  try {
    if (isFresh(join(dashboard, 'dist/index.html'), root, pageSources)) return undefined
    const build = ['--conditions=workspace-source', join(dashboard, 'build/build.ts')]
    await promisify(execFile)(process.execPath, build, { cwd: dashboard, signal })
    return undefined
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr?.trim().split('\n')[0] || String(error)
    return `the pages could not be built, so / is a list of routes: ${reason}`
  }
}
