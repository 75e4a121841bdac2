import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { atExit } from './at-exit.ts'

/** The API in a separate process, started as in production. */
export interface ApiProcess {
  readonly child: ChildProcess
  readonly pid: number
  readonly url: string
  /** Its output so far. */
  output(): string
  /** Resolves with the exit code or the signal's name once it has ended and all its output has been read. */
  readonly ended: Promise<number | string>
  /** Ends it as a crash would (SIGKILL, in any state) and waits until it is gone. */
  kill(): Promise<void>
}

/**
 * Starts the API on a free port and resolves when it serves. Its environment is only `env`, `PATH` and this process's
 * `NODE_COMPILE_CACHE`; `DATABASE_URL` is required.
 *
 * It is killed when this process exits, but survives a SIGKILL of this process: if that matters, see `Services.alsoEnd`.
 * @param entry the file that `node` runs
 * @throws with its output if it ends before it serves
 */
export async function startApi(entry: URL, env: Record<string, string | undefined>): Promise<ApiProcess> {
  const child = spawn(process.execPath, ['--conditions=workspace-source', fileURLToPath(entry)], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, PORT: '0', ...env },
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
