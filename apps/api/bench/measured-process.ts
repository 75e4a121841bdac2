/** A server process whose CPU time can be asked for. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const NODE_FLAGS = ['--conditions=workspace-source', `--import=${new URL('report-cpu.ts', import.meta.url)}`]

export class MeasuredProcess {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
  }

  /** Resolves when `GET path` succeeds. Its output is dropped. */
  static async start(entry: URL, port: number, path: string, args: string[], env: Record<string, string>) {
    const child = fork(entry, args, {
      execArgv: NODE_FLAGS,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const started = new MeasuredProcess(port, child)
    while (!(await isOk(`${started.url}${path}`))) {
      if (child.exitCode !== null) throw new Error(`${entry} ended with ${child.exitCode}`)
      await sleep(100)
    }
    return started
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** CPU time of all threads since the start, in microseconds. Other programs hardly affect it. */
  async cpuMicros(): Promise<number> {
    const answered = once(this.#child, 'message')
    this.#child.send('cpu')
    const [micros] = await answered
    return micros
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exited
  }
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
