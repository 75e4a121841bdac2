/** The API as a process of its own, as operators start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface ApiProcess {
  readonly child: ChildProcess
  /** Where it serves. */
  readonly url: string
  /** What it has printed so far. */
  output(): string
  /** Resolves with the exit code, or the signal's name, once it has ended and all it printed has been read. */
  readonly ended: Promise<number | string>
}

/** Starts it on a free port and resolves when it serves. @throws with what it printed when it ends instead */
export async function startApi(env: Record<string, string | undefined>): Promise<ApiProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=workspace-source', join(import.meta.dirname, '../../src/main.ts')],
    {
      env: { PATH: process.env.PATH, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
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
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const refused = ended.then((code) => {
    throw new Error(`the API ended with ${code}: ${output}`)
  })
  refused.catch(() => {})
  const url = await Promise.race([serving, refused])
  return { child, url, output: () => output, ended }
}
