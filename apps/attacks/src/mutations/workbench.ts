/** A copy of the tree for edits and test runs. The tree itself is never changed. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Edit, mutate } from './mutation.ts'

export interface Workbench {
  readonly root: string
  /** Applies the edits, runs `work`, and reverts them. */
  withEdits<T>(edits: readonly Edit[], work: () => Promise<T>): Promise<T>
  remove(): void
}

/** Copies all files that git does not ignore, with uncommitted changes. */
export function createWorkbench(tree: string): Workbench {
  const root = mkdtempSync(join(tmpdir(), 'mutations-'))
  const git = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    'packages',
    'apps',
    '*.json',
    '*.yaml',
    'vitest.shared.ts',
  ]
  const files = execFileSync('git', git, { cwd: tree, encoding: 'utf8' }).trim().split('\n')
  for (const file of files) {
    if (!existsSync(join(tree, file))) continue // deleted, but not yet committed
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(join(tree, file), join(root, file))
  }
  symlinkSync(join(tree, 'node_modules'), join(root, 'node_modules'))
  // The packages' node_modules have relative links: copied verbatim, they point to the copy's packages.
  for (const folder of new Set(
    files.filter((file) => /^(?:packages|apps)\/[^/]+\/package\.json$/.test(file)).map(dirname),
  )) {
    const modules = join(tree, folder, 'node_modules')
    if (existsSync(modules))
      cpSync(modules, join(root, folder, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  }

  return {
    root,
    async withEdits(edits, work) {
      const before = new Map<string, string>()
      try {
        for (const edit of edits) {
          const path = join(root, edit.file)
          const source = readFileSync(path, 'utf8')
          if (!before.has(path)) before.set(path, source)
          writeFileSync(path, mutate(source, edit))
        }
        return await work()
      } finally {
        for (const [path, source] of before) writeFileSync(path, source)
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
