/** Several Node processes that read one key through the library, like several servers. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { HerdOptions, HerdReport, Stampede } from './herd-worker.ts'

export interface Round {
  readonly loads: number
  /** Every reader's wait, in milliseconds, ascending. */
  readonly waitsMs: readonly number[]
}

export class Herd {
  readonly workers: ChildProcess[]

  private constructor(workers: ChildProcess[]) {
    this.workers = workers
  }

  static async gather(processes: number, options: HerdOptions): Promise<Herd> {
    const workers = Array.from({ length: processes }, () =>
      fork(new URL('herd-worker.ts', import.meta.url), [JSON.stringify(options)], {
        execArgv: ['--conditions=workspace-source'],
      }),
    )
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    return new Herd(workers)
  }

  /**
   * All processes read `key` at the same time.
   *
   * @param onLoad called with the worker that begins a load.
   * @returns when every living process has answered all its readers.
   */
  async stampede(key: string, readers: number, onLoad?: (worker: ChildProcess) => void): Promise<Round> {
    let loads = 0
    const message: Stampede = { key, readers, startAt: Date.now() + 50 }
    const answers = this.workers.map(
      (worker) =>
        new Promise<number[]>((resolve) => {
          const listen = (report: HerdReport) => {
            if (report.kind === 'loading') {
              loads++
              onLoad?.(worker)
            }
            if (report.kind === 'done') end(report.waitsMs)
          }
          const dead = () => end([])
          const end = (waitsMs: number[]) => {
            worker.off('message', listen)
            worker.off('exit', dead)
            resolve(waitsMs)
          }
          worker.on('message', listen)
          worker.on('exit', dead)
          worker.send(message)
        }),
    )
    const waitsMs = (await Promise.all(answers)).flat().sort((a, b) => a - b)
    return { loads, waitsMs }
  }

  disperse(): void {
    for (const worker of this.workers) worker.kill('SIGKILL')
  }
}
