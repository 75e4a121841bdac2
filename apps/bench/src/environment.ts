import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { libraries } from './libraries/index.ts'
import type { LibraryName } from './libraries/names.ts'
import type { Bench } from './results.ts'

/** The machine that the figures depend on, apart from its load. */
export function machine(redis: { name: string; version: string }): Omit<Bench['machine'], 'loadAverage'> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    redis: `${redis.name} ${redis.version}`,
  }
}

export function commit(): Pick<Bench, 'commit' | 'modified'> {
  const changes = git('status', '--porcelain')
  return { commit: git('rev-parse', 'HEAD') ?? null, modified: changes === undefined ? null : changes !== '' }
}

/** Undefined outside a checkout, or without git. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

/** The installed version of the library's package. */
export function versionOf(library: LibraryName): string {
  const manifest = new URL(`../node_modules/${libraries[library].package}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
