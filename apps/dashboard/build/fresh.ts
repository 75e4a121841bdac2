import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the pages are made of, from the repository's root. */
export const pageSources = [
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
export const bundleSources = pageSources.filter((source) => /^(?:apps|packages)\//.test(source))

/** Whether a built file exists, and is newer than its sources: files, or folders with all in them. @param root the repository */
export function isFresh(built: string, root: string, sources: readonly string[]): boolean {
  return existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map((source) => newest(join(root, source))))
}

/** When the newest file was changed, apart from what is built and installed. */
function newest(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  const names = readdirSync(path).filter((name) => !['dist', 'node_modules', '.turbo', 'images'].includes(name))
  return Math.max(0, ...names.map((name) => newest(join(path, name))))
}
