/**
 * Several processes on one port (`WORKERS`). Each keeps its own counters, and answers `/api/stats` with those alone;
 * tuning and resetting are passed on to all.
 */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { FINISH_WITHIN_MS } from './shutdown.ts'
import type { TuningChange } from './strategy-runtime.ts'

/** Something every process should do. */
export type Order =
  | { readonly do: 'tune'; readonly strategy: string; readonly change: TuningChange }
  | { readonly do: 'reset'; readonly strategies: readonly string[] }

/** Starts the workers and stays until they have ended. Resolves with the exit code. */
export async function superviseWorkers(count: number, logger: Logger): Promise<number> {
  let ending = false
  let exitCode = 0
  const workers = new Set<Worker>()
  const end = () => {
    if (ending) return
    ending = true
    for (const worker of workers) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of workers) worker.process.kill('SIGKILL')
    }, FINISH_WITHIN_MS + 1_500).unref()
  }
  // A signal to the group reaches the workers too; they take it once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end)

  await new Promise<void>((resolve) => {
    const start = () => {
      const worker = cluster.fork()
      let served = false
      workers.add(worker)
      worker.on('listening', () => {
        served = true
      })
      worker.on('message', (order: Order) => {
        for (const other of workers) if (other !== worker && other.isConnected()) other.send(order)
      })
      worker.on('exit', (code, signal) => {
        workers.delete(worker)
        if (!ending && served) {
          logger.error(`a worker ended (${signal ?? code}); starting another`)
          start()
          return
        }
        // One that can't even start would not the next time either. Being ended is no failure of its.
        if (!ending) {
          exitCode = 1
          end()
        }
        if (workers.size === 0) resolve()
      })
    }
    for (let i = 0; i < count; i++) start()
  })
  return exitCode
}

/** Passes an order on to the other workers, if there are any. */
export function tellOthers(order: Order): void {
  if (cluster.isWorker) process.send?.(order)
}

/** Calls `obey` with what other workers pass on. */
export function onOrder(obey: (order: Order) => void): void {
  if (cluster.isWorker) process.on('message', (order: Order) => obey(order))
}
