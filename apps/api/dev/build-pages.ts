import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

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
  const built = join(dashboard, 'dist/index.html')
  const sources = [dashboard, join(root, 'docs'), join(root, 'packages/strategies/src')]
  try {
    if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map(newest))) return undefined
    await promisify(execFile)(process.execPath, [join(dashboard, 'build/build.ts')], { cwd: dashboard, signal })
    return undefined
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr?.trim().split('\n')[0] || String(error)
    return `the pages could not be built, so / is a list of routes: ${reason}`
  }
}

/** When the newest file of a folder was changed, apart from what is built and installed. */
function newest(folder: string): number {
  let time = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['dist', 'node_modules', '.turbo', 'runs'].includes(entry.name)) continue
    const path = join(folder, entry.name)
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return time
}
