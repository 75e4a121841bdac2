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

/** The command that installs one; completes a sentence such as "install it: …". */
export const installRedisHint = 'apt-get install redis-server (Debian, Ubuntu) or brew install redis (macOS)'

const NAMES = ['redis-server', 'valkey-server'] as const

/**
 * The first `redis-server` on PATH, otherwise the first `valkey-server`; undefined if there is neither. `REDIS_SERVER` in the
 * environment allows only the server that it names, so that every suite can run on Valkey where both are installed.
 * Skips programs that print no version: they are broken, or a different program of that name.
 *
 * @throws if `REDIS_SERVER` is neither name
 */
export function findRedisServer(searchPath?: string, wanted = process.env.REDIS_SERVER): RedisServer | undefined {
  if (wanted && !NAMES.some((name) => name === wanted)) {
    throw new Error(`REDIS_SERVER is "${wanted}"; allowed: ${NAMES.join(', ')}`)
  }
  for (const name of NAMES) {
    if (wanted && name !== wanted) continue
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
