import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the pages are made of, from the repository's root. */
export const pageSources = [
  'pnpm-lock.yaml',
  'README.md',
  'docs',
  'apps/dashboard',
  'apps/compare/src',
  'packages/charts/src',
  'packages/history/src',
  'packages/strategies/src',
  'packages/workload/src',
] as const

/** What the script and the style of a report are made of. */
export const bundleSources = pageSources.filter((source) => source !== 'README.md' && source !== 'docs')

/**
 * Whether a built file exists, and is newer than the last change to its sources: files, or folders with all in them.
 *
 * @param root the repository
 */
export function isFresh(built: string, root: string, sources: readonly string[]): boolean {
  return existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map((source) => newest(join(root, source))))
}

/**
 * The last change, apart from what is built and installed. A folder changes when a file in it is added, moved or deleted. A file that
 * replaces another may have an old modification time, but not an old change time.
 */
function newest(path: string): number {
  const stats = statSync(path)
  const changed = Math.max(stats.mtimeMs, stats.ctimeMs)
  if (!stats.isDirectory()) return changed
  const names = readdirSync(path).filter((name) => !['dist', 'node_modules', '.turbo', 'images'].includes(name))
  return Math.max(changed, ...names.map((name) => newest(join(path, name))))
}
