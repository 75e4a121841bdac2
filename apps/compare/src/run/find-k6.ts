import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface K6 {
  readonly path: string
  /** For example `1.8.1`. */
  readonly version: string
}

/** Completes a sentence such as "install it: …". */
export const installK6Hint = 'go install go.k6.io/k6@v1.8.1, brew install k6, or a package from k6.io'

/** @throws Error that says how to install k6, if it is neither on PATH nor in Go's bin folder */
export function findK6(env: NodeJS.ProcessEnv = process.env): K6 {
  const goBin = env.GOBIN || join(env.GOPATH || join(env.HOME ?? homedir(), 'go'), 'bin')
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), goBin]
  for (const folder of folders) {
    const path = join(folder, 'k6')
    const version = versionOf(path)
    if (version !== undefined) return { path, version }
  }
  throw new Error(`k6 is neither on PATH nor in ${goBin}; install it: ${installK6Hint}`)
}

/** k6 prints a line such as `k6 v1.8.1 (go1.26, linux/amd64)`. */
function versionOf(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK)
    const line = execFileSync(path, ['version'], { encoding: 'utf8', stdio: 'pipe', timeout: 10_000 })
    return /^k6(?:\.exe)? v(\d\S*)/.exec(line)?.[1]
  } catch {
    return undefined
  }
}
