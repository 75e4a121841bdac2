import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { atExit } from './at-exit.ts'

/** The API as a process of its own, as operators start it. */
export interface ApiProcess {
  readonly child: ChildProcess
  readonly pid: number
  /** Where it serves. */
  readonly url: string
  /** What it has printed so far. */
  output(): string
  /** Resolves with the exit code, or the signal's name, once it has ended and all it printed has been read. */
  readonly ended: Promise<number | string>
  /** Ends it as a crash would (SIGKILL, whatever state it is in) and waits until it is gone. */
  kill(): Promise<void>
}

const main = fileURLToPath(new URL('../../../apps/api/src/main.ts', import.meta.url))

/**
 * Starts the API on a free port and resolves when it serves. It has this environment and `PATH`, no other; `DATABASE_URL` is needed.
 *
 * It is killed when this process exits, and would outlive a SIGKILL of this process: where that matters, see `Services.alsoEnd`.
 * @throws with what it printed when it ends instead
 */
export async function startApi(env: Record<string, string | undefined>): Promise<ApiProcess> {
  const child = spawn(process.execPath, ['--conditions=workspace-source', main], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const forget = atExit(() => child.kill('SIGKILL'))
  let output = ''
  const serving = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const url = /API on (http:\S+)/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    forget()
    return (code ?? signal) as number | string
  })
  const refused = ended.then((code) => {
    throw new Error(`the API ended with ${code}: ${output}`)
  })
  refused.catch(() => {})
  const url = await Promise.race([serving, refused])
  return {
    child,
    pid: child.pid!,
    url,
    output: () => output,
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
