import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Operation } from './operation.ts'
import { type FinalRead, finalReads, readPastTheCache } from './read-past-the-cache.ts'
import type { WorkerOptions, WorkerReport } from './recorder-worker.ts'

export interface RecordOptions {
  /** The API processes. Each operation uses one of them at random. */
  readonly urls: readonly string[]
  readonly strategy: string
  /** Posts to read and write. All their writes must come from these clients or be added to the history. */
  readonly ids: readonly number[]
  /** Client processes. */
  readonly processes: number
  readonly clientsPerProcess: number
  /** Share of the operations that write, 0 to 1. */
  readonly writeRatio: number
  /** Decides each client's operations and their order. Their timing can't be repeated. */
  readonly seed: number
  /** The Zipf exponent of popularity, by place in `ids`. Default 0: all alike. */
  readonly zipf?: number
  /** Total number of operations. Default: until `stop()`. */
  readonly operations?: number
  /** Each client's pause between operations. Default 0. */
  readonly pauseMs?: number
  /** A request fails after this long without a byte. Default 10,000. */
  readonly timeoutMs?: number
  /** Reads the database after all clients have ended. Default: through the API, by `readPastTheCache`. */
  readonly readFinal?: FinalRead
}

export interface Recording {
  /** Lets each client finish its current operation, reads each post once more as client `final`. @returns all operations */
  stop(): Promise<Operation[]>
  /** The same, once all `operations` are done or after `stop()`. Rejects if a client process fails. */
  readonly done: Promise<Operation[]>
  /** The number of operations so far, about 200 ms late. */
  progress(): number
  /** Process ids of the client processes. */
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
  const stopAll = () => {
    for (const worker of workers) if (worker.connected) worker.send('stop', () => {})
  }
  const done = Promise.all(workers.map(ended)).then(
    async () => operations.concat(await finalReads(options.ids, options.readFinal ?? readPastTheCache(options))),
    (error) => {
      stopAll()
      throw error
    },
  )
  done.catch(() => {}) // reported to the caller that awaits it
  return {
    stop() {
      stopAll()
      return done
    },
    done,
    progress: () => operations.length,
    pids: workers.map(({ pid }) => pid!),
  }
}

function startWorker(options: WorkerOptions): ChildProcess {
  // Clients must not inherit this process's --conditions or --inspect.
  return fork(new URL('./recorder-worker.ts', import.meta.url), [JSON.stringify(options)], { execArgv: [] })
}

async function ended(worker: ChildProcess): Promise<void> {
  // `exit` may come before the last batch; `close` comes after it.
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
