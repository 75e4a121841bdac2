/**
 * Several processes on one port (`WORKERS`), and the primary process, which starts them, forwards what they ask of each other
 * (`processes.ts`), and owns the load of the live page.
 */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { LoadRunner } from '../live/load-runner.ts'
import { Forwarding } from './forwarding.ts'
import type { Message, PrimaryQuestions } from './messages.ts'
import { STARTED_AT, serviceStartedAt } from './service-start.ts'
import { FINISH_WITHIN_MS } from './shutdown.ts'

/** Before another attempt to start a worker, whose cause may be a database that restarts. */
const RETRY_MS = 1_000

/** Starts the workers and supervises them until all have ended. Resolves with the exit code. */
export async function superviseWorkers(count: number, logger: Logger): Promise<number> {
  let ending = false
  let exitCode = 0
  const workers = new Set<Worker>()
  const forwarding = new Forwarding()
  const load = new LoadRunner((runs) => forwarding.ask(null, 0, 'load', [runs]))
  const questions: PrimaryQuestions = {
    startLoad(plan) {
      if (ending) throw new Error('no load can be started: the service is ending')
      return load.start(plan)
    },
    stopLoad: () => load.stop(),
  }
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
    if ('to' in message) return forwarding.answer(message)
    if (!('ask' in message)) return
    const { id, name, args } = message
    if (message.ask === 'others') return forwarding.ask(worker, id, message.name, args)
    const to = worker.id
    try {
      const carryOut = questions[message.name] as (...args: unknown[]) => unknown
      forwarding.answer({ to, id, answer: await carryOut(...args) })
    } catch (err) {
      logger.error({ err }, `a worker asked the primary process for ${name}`)
      forwarding.answer({ to, id, error: String(err) })
    }
  }

  let hasServed = false
  await new Promise<void>((resolve) => {
    const start = () => {
      // Set by `node --watch`: the worker would send each module that it loads as a message.
      const worker = cluster.fork({
        WATCH_REPORT_DEPENDENCIES: undefined,
        [STARTED_AT]: String(serviceStartedAt.getTime()),
      })
      workers.add(worker)
      forwarding.add(worker, load.runs)
      worker.on('listening', () => {
        hasServed = true
        forwarding.serves(worker)
      })
      worker.on('message', (message: Message) => void receive(worker, message))
      worker.on('exit', (code, signal) => {
        workers.delete(worker)
        const served = forwarding.remove(worker)
        if (!ending && served) {
          logger.error(`a worker ended (${signal ?? code}); starting another`)
          start()
          return
        }
        if (!ending && hasServed) {
          logger.error(`a worker could not start (${signal ?? code}); starting another in ${RETRY_MS / 1_000} s`)
          setTimeout(retry, RETRY_MS)
          return
        }
        // If none has ever served, another one would fail too. A worker that we stopped is not a failure.
        if (!ending) {
          exitCode = 1
          end()
        }
        if (workers.size === 0) resolve()
      })
    }
    const retry = () => {
      if (!ending) start()
      else if (workers.size === 0) resolve()
    }
    for (let i = 0; i < count; i++) start()
  })
  return exitCode
}
