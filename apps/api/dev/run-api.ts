import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningApi {
  /** The pid of `node --watch`, which leads the process group that contains the API. */
  pid: number
  /** Resolves when it has exited: after `stop`, or by a failure. */
  ended: Promise<void>
  /** Gives the API up to 6 s to finish. */
  stop(): Promise<void>
}

export interface RunApiOptions {
  /** The API's folder. */
  folder: string
  /** The file to run, relative to `folder`. */
  entry: string
  /** Added to this process's environment. */
  env: NodeJS.ProcessEnv
  /** Receives each line of output. Default: the output goes to this process's stdout. */
  onLine?: ((line: string) => void) | undefined
}

/** `pnpm dev` ends within 10 s; the rest is for the servers, which stop afterwards. */
const GRACE_MS = 6_000

/** Runs the API from its sources; saving one restarts only the API. */
export function runApi({ folder, entry, env, onLine }: RunApiOptions): RunningApi {
  // Explicit paths: `--watch` alone follows imports into node_modules, where unrelated installs touch shared files.
  const watched = sourceFolders(join(folder, entry)).map((path) => `--watch-path=${path}`)
  const args = [...watched, '--watch-preserve-output', '--conditions=workspace-source', entry]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    // Its own process group: the launcher forwards Ctrl-C exactly once, and killing the group also kills the API.
    detached: true,
    stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
  })
  if (onLine) createInterface(child.stdout!).on('line', onLine)
  const ended = once(child, 'exit').then(() => {})
  return {
    pid: child.pid!,
    ended,
    async stop() {
      // `node --watch` forwards it to the API and waits for it to exit.
      child.kill('SIGTERM')
      const overdue = setTimeout(() => killGroup(child.pid!), GRACE_MS)
      await ended
      clearTimeout(overdue)
    },
  }
}

/** The entry's folder and the `src` folders of the workspace's packages. */
function sourceFolders(entry: string): string[] {
  const packages = join(import.meta.dirname, '../../../packages')
  const sources = readdirSync(packages).map((name) => join(packages, name, 'src'))
  return [dirname(entry), ...sources]
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {}
}
