/**
 * Several processes on one port (`WORKERS`), and the primary process, which starts them, forwards what they ask of each other
 * (`processes.ts`), and owns the load of the live page.
 */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { LoadRunner } from '../live/load-runner.ts'
import type { Message, PrimaryQuestions } from './messages.ts'
import { FINISH_WITHIN_MS } from './shutdown.ts'

/** Starts the workers and supervises them until all have ended. Resolves with the exit code. */
export async function superviseWorkers(count: number, logger: Logger): Promise<number> {
  let ending = false
  let exitCode = 0
  const workers = new Set<Worker>()
  /** What those that don't serve yet are sent once they do. Earlier, they would miss it. */
  const queues = new Map<Worker, Message[]>()
  const send = (worker: Worker, message: Message) => {
    const queue = queues.get(worker)
    if (queue !== undefined) queue.push(message)
    else if (worker.isConnected()) worker.send(message, () => {}) // it may end meanwhile
  }
  const loadMessage = (): Message => ({ from: null, id: 0, name: 'load', args: [load.runs] })
  const load = new LoadRunner(() => {
    for (const worker of workers) send(worker, loadMessage())
  })
  const questions: PrimaryQuestions = { startLoad: (plan) => load.start(plan), stopLoad: () => load.stop() }
  const end = () => {
    if (ending) return
    ending = true
    void load.stop()
    for (const worker of workers) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of workers) worker.process.kill('SIGKILL')
    }, FINISH_WITHIN_MS + 1_500).unref()
  }
  // A signal to the process group also reaches the workers; they ignore repeats.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end)

  async function receive(worker: Worker, message: Message): Promise<void> {
    if ('to' in message) {
      const asker = cluster.workers?.[message.to]
      if (asker !== undefined) send(asker, message)
      return
    }
    if (!('ask' in message)) return
    const { id, name, args } = message
    if (message.ask === 'others') {
      for (const other of workers) if (other !== worker) send(other, { from: worker.id, id, name, args })
      return
    }
    const carryOut = questions[name as keyof PrimaryQuestions] as (...args: unknown[]) => unknown
    send(worker, { to: worker.id, id, answer: await carryOut(...args) })
  }

  await new Promise<void>((resolve) => {
    const start = () => {
      // Set by `node --watch`: the worker would send each module that it loads as a message.
      const worker = cluster.fork({ WATCH_REPORT_DEPENDENCIES: undefined })
      workers.add(worker)
      queues.set(worker, [loadMessage()])
      worker.on('listening', () => {
        const queued = queues.get(worker) ?? []
        queues.delete(worker)
        for (const message of queued) send(worker, message)
      })
      worker.on('message', (message: Message) => void receive(worker, message))
      worker.on('exit', (code, signal) => {
        workers.delete(worker)
        const served = !queues.delete(worker)
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
