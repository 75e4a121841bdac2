import { execFileSync } from 'node:child_process'
import { findPrograms, foldersOf } from './find-program.ts'

/** A Redis (or Valkey, its fork with the same protocol) that is installed on this machine. */
export interface RedisServer {
  name: 'redis-server' | 'valkey-server'
  /** Absolute path of the program. */
  path: string
  /** Such as `7.0.15`. */
  version: string
}

/** What to type to get one; completes a sentence such as "install it: …". */
export const installRedisHint = 'apt-get install redis-server (Debian, Ubuntu) or brew install redis (macOS)'

/**
 * The first `redis-server` on PATH, else the first `valkey-server`; undefined when there is neither.
 * A program that can't say its version is passed over: it is broken, or something else of that name.
 */
export function findRedisServer(searchPath?: string): RedisServer | undefined {
  for (const name of ['redis-server', 'valkey-server'] as const) {
    for (const path of findPrograms(name, foldersOf(searchPath))) {
      const version = versionOf(path)
      if (version !== undefined) return { name, path, version }
    }
  }
  return undefined
}

/** Both print a line such as `Redis server v=7.0.15 sha=00000000:0 …`. */
function versionOf(path: string): string | undefined {
  try {
    const line = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe', timeout: 5_000 })
    return /v=(\d[\w.-]*)/.exec(line)?.[1]
  } catch {
    return undefined
  }
}
