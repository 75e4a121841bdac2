import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningApi {
  /** Of `node --watch`, which leads a process group with the API in it. */
  pid: number
  /** Resolves when it is gone, which nobody asks it to but `stop`. */
  ended: Promise<void>
  /** Lets the API finish what it is doing, for 6 s at most. */
  stop(): Promise<void>
}

export interface RunApiOptions {
  /** The API's folder. */
  folder: string
  /** What to run, from there. */
  entry: string
  /** Beside this process's own. */
  env: NodeJS.ProcessEnv
  /** Gets each line it prints. Default: it prints to this process's output by itself. */
  onLine?: ((line: string) => void) | undefined
}

/** Within the 10 s in which `pnpm dev` ends: the servers come after it. */
const GRACE_MS = 6_000

/** Runs the API from its sources and restarts it, and only it, when one of them is saved. */
export function runApi({ folder, entry, env, onLine }: RunApiOptions): RunningApi {
  // Sources by name: `--watch` alone follows what is imported into node_modules, where any other install touches shared files.
  const watched = sourceFolders(join(folder, entry)).map((path) => `--watch-path=${path}`)
  const args = [...watched, '--watch-preserve-output', '--conditions=workspace-source', entry]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    // A group of its own: a Ctrl-C is the launcher's to pass on, once, and a kill of the group reaches the API too.
    detached: true,
    stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
  })
  if (onLine) createInterface(child.stdout!).on('line', onLine)
  const ended = once(child, 'exit').then(() => {})
  return {
    pid: child.pid!,
    ended,
    async stop() {
      // Passed on to the API by `node --watch`, which then waits for it.
      child.kill('SIGTERM')
      const overdue = setTimeout(() => killGroup(child.pid!), GRACE_MS)
      await ended
      clearTimeout(overdue)
    },
  }
}

/** The entry's folder, and the sources of the workspace's packages. */
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
