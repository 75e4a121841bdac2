import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Environment } from './comparison.ts'
import type { K6 } from './run/find-k6.ts'
import type { System } from './run/system.ts'

/** The machine and versions that the figures depend on. */
export function environmentOf(k6: K6, { versions }: Pick<System, 'versions'>): Environment {
  // Files that git does not know, such as notes and traces, change nothing that is measured.
  const changes = git('status', '--porcelain', '--untracked-files=no')
  return {
    cpus: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    node: process.version,
    k6: k6.version,
    ...versions,
    commit: git('rev-parse', 'HEAD') ?? null,
    modified: changes === undefined ? null : changes !== '',
  }
}

/** Undefined outside a checkout, or without git. */
function git(...args: string[]): string | undefined {
  try {
    const cwd = fileURLToPath(new URL('.', import.meta.url))
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
