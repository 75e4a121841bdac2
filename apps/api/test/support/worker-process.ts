import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src/worker.ts', import.meta.url))

export interface WorkerLine {
  readonly msg: string
  readonly level: number
  readonly task?: string
  readonly due?: string
  readonly key?: string
  readonly attempt?: number
  readonly loaded?: number
}

export interface WorkerProcess {
  readonly child: ChildProcess
  /** Its log so far. */
  readonly lines: readonly WorkerLine[]
  /** Its other output. */
  readonly words: readonly string[]
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  /** Calls `listener` with each new line. */
  onLine(listener: (line: WorkerLine) => void): void
}

/** `pnpm worker` as a separate process, with only this environment, `PATH` and `NODE_COMPILE_CACHE`. */
export function startWorkerProcess(env: Record<string, string>): WorkerProcess {
  const child = spawn(process.execPath, ['--conditions=workspace-source', entry], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: WorkerLine[] = []
  const words: string[] = []
  const listeners: ((line: WorkerLine) => void)[] = []
  const read = (text: string) => {
    if (!text.startsWith('{')) {
      words.push(text)
      return
    }
    const line = JSON.parse(text) as WorkerLine
    lines.push(line)
    for (const listener of listeners) listener(line)
  }
  createInterface(child.stdout).on('line', read)
  createInterface(child.stderr).on('line', read)
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return { child, lines, words, ended, onLine: (listener) => listeners.push(listener) }
}
