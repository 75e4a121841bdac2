/**
 * Several processes on one port (`WORKERS`). Each answers `/api/stats` with its own counters only. Tuning and resets are
 * forwarded to all.
 */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { TuningChange } from '../strategies/strategy-instance.ts'
import { FINISH_WITHIN_MS } from './shutdown.ts'

/** A command that every process carries out. */
export type WorkerMessage =
  | { readonly do: 'tune'; readonly strategy: string; readonly change: TuningChange }
  | { readonly do: 'reset'; readonly strategies: readonly string[] }

/** Starts the workers and supervises them until all have ended. Resolves with the exit code. */
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
  // A signal to the process group also reaches the workers; they ignore repeats.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end)

  await new Promise<void>((resolve) => {
    const start = () => {
      const worker = cluster.fork()
      let served = false
      workers.add(worker)
      worker.on('listening', () => {
        served = true
      })
      worker.on('message', (message: WorkerMessage) => {
        for (const other of workers) if (other !== worker && other.isConnected()) other.send(message)
      })
      worker.on('exit', (code, signal) => {
        workers.delete(worker)
        if (!ending && served) {
          logger.error(`a worker ended (${signal ?? code}); starting another`)
          start()
          return
        }
        // A worker that fails before it serves would fail again. A worker that we stopped is not a failure.
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

/** Forwards a message to the other workers, if any. */
export function broadcast(message: WorkerMessage): void {
  if (cluster.isWorker) process.send?.(message)
}

/** Calls `handle` with each message from another worker. */
export function onWorkerMessage(handle: (message: WorkerMessage) => void): void {
  if (cluster.isWorker) process.on('message', (message: WorkerMessage) => handle(message))
}
