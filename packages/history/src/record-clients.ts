import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Operation } from './operation.ts'
import { type FinalRead, finalReads, readPastTheCache } from './read-past-the-cache.ts'
import type { WorkerOptions, WorkerReport } from './recorder-worker.ts'

export interface RecordOptions {
  /** Of the API processes. Each operation asks one of them, at random. */
  readonly urls: readonly string[]
  readonly strategy: string
  /** Posts to read and write. All writes to them have to come from these clients, or be added to the history. */
  readonly ids: readonly number[]
  /** Client processes. */
  readonly processes: number
  readonly clientsPerProcess: number
  /** Share of the operations that write, 0 to 1. */
  readonly writeRatio: number
  /** Which client does what in which order. When, nobody can repeat. */
  readonly seed: number
  /** How unequal the ids are, by their place in `ids`: default 0, all alike. */
  readonly zipf?: number
  /** After so many in all it is done. Default: not before `stop()`. */
  readonly operations?: number
  /** Each client's pause between operations. Default 0. */
  readonly pauseMs?: number
  /** An operation that hears nothing for so long has had no answer. Default 10,000. */
  readonly timeoutMs?: number
  /** Says what is in the database when all clients have ended. Default: through the API, past the cache; see `readPastTheCache`. */
  readonly readFinal?: FinalRead
}

export interface Recording {
  /** Lets each client end what it is at, reads each post once more as client `final`, and answers all that was done. */
  stop(): Promise<Operation[]>
  /** The same, when `operations` have been done or after `stop()`. Rejects when a client process fails. */
  readonly done: Promise<Operation[]>
  /** Operations so far, some 200 ms late. */
  progress(): number
  /** Of the client processes. */
  readonly pids: readonly number[]
}

/** Starts client processes that read and write posts through the API, and records what they see. */
export function recordClients(options: RecordOptions): Recording {
  check(options)
  const operations: Operation[] = []
  const workers = Array.from({ length: options.processes }, (_, process) =>
    startWorker(workerOptions(options, process)),
  )
  for (const worker of workers) {
    worker.on('message', (report: WorkerReport) => {
      for (const operation of report.operations) operations.push(operation)
    })
  }
  const tellAll = () => {
    for (const worker of workers) if (worker.connected) worker.send('stop', () => {})
  }
  const done = Promise.all(workers.map(ended)).then(
    async () => operations.concat(await finalReads(options.ids, options.readFinal ?? readPastTheCache(options))),
    (error) => {
      tellAll()
      throw error
    },
  )
  done.catch(() => {}) // whoever awaits it hears of it
  return {
    stop() {
      tellAll()
      return done
    },
    done,
    progress: () => operations.length,
    pids: workers.map(({ pid }) => pid!),
  }
}

function startWorker(options: WorkerOptions): ChildProcess {
  // Not ours: a parent's conditions or --inspect are nothing to a client.
  return fork(new URL('./recorder-worker.ts', import.meta.url), [JSON.stringify(options)], { execArgv: [] })
}

async function ended(worker: ChildProcess): Promise<void> {
  // After `close` nothing more comes, `exit` alone may overtake the last batch.
  const [code, signal] = (await once(worker, 'close')) as [number | null, string | null]
  if (code !== 0) throw new Error(`a client process ended with ${code ?? signal}; its part of the history is lost`)
}

function workerOptions(options: RecordOptions, process: number): WorkerOptions {
  const { urls, strategy, ids, writeRatio, seed, clientsPerProcess: clients, operations } = options
  const all = options.processes * clients
  const share = (client: number) =>
    operations === undefined ? null : Math.floor((operations + all - 1 - (process * clients + client)) / all)
  return {
    process,
    urls,
    strategy,
    ids,
    clients,
    writeRatio,
    seed,
    zipf: options.zipf ?? 0,
    pauseMs: options.pauseMs ?? 0,
    timeoutMs: options.timeoutMs ?? 10_000,
    operations: Array.from({ length: clients }, (_, client) => share(client)),
  }
}

function check({ urls, ids, processes, clientsPerProcess, writeRatio }: RecordOptions): void {
  if (urls.length === 0) throw new Error('urls is empty; give the address of at least one API process')
  const bad = urls.find((url) => !URL.canParse(url))
  if (bad !== undefined) throw new Error(`urls has ${JSON.stringify(bad)}; give addresses like http://127.0.0.1:3000`)
  if (ids.length === 0) throw new Error('ids is empty; give at least one post')
  if (!(processes >= 1 && clientsPerProcess >= 1)) {
    throw new Error(`processes is ${processes}, clientsPerProcess ${clientsPerProcess}; give at least 1 of each`)
  }
  if (!(writeRatio >= 0 && writeRatio <= 1)) throw new Error(`writeRatio is ${writeRatio}; give a share from 0 to 1`)
}
