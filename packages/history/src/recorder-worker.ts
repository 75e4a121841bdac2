/** A process of sequential clients. Sends their operations to the parent in batches, and ends with it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { random, zipf } from 'workload'
import { httpClient } from './http-client.ts'
import type { Operation } from './operation.ts'
import { readPost, writePost } from './post-client.ts'

export interface WorkerOptions {
  readonly process: number
  readonly urls: readonly string[]
  readonly strategy: string
  readonly ids: readonly number[]
  readonly clients: number
  readonly writeRatio: number
  readonly zipf: number
  readonly pauseMs: number
  readonly timeoutMs: number
  readonly seed: number
  /** For each client; null: until stopped. */
  readonly operations: readonly (number | null)[]
}

export type WorkerReport = { readonly kind: 'operations'; readonly operations: Operation[] }

const BATCH_MS = 200
/** A dead process refuses immediately. Without a pause, retries would load the machine and fill the history. */
const AFTER_NO_ANSWER_MS = 20

const options = JSON.parse(process.argv[2]!) as WorkerOptions
const { urls, strategy, ids, writeRatio, pauseMs, timeoutMs } = options
const http = httpClient({ timeoutMs })
const popularity = zipf({ items: ids.length, exponent: options.zipf })
let stopped = false
let batch: Operation[] = []

process.on('message', () => {
  stopped = true
})
process.on('disconnect', () => process.exit())

function send(): Promise<void> {
  const report: WorkerReport = { kind: 'operations', operations: batch }
  batch = []
  return new Promise((resolve) => process.send!(report, () => resolve()))
}

async function runClient(number: number): Promise<void> {
  const name = `${options.process}-${number}`
  const stream = 3 * (options.process * options.clients + number)
  const uniform = (draw: 0 | 1 | 2, n: number) => random(options.seed, stream + draw, n)
  const limit = options.operations[number] ?? Number.POSITIVE_INFINITY
  for (let done = 0; done < limit && !stopped; done++) {
    const writes = uniform(0, done) < writeRatio
    const id = ids[popularity.rankAt(uniform(1, done)) - 1]!
    const target = { strategy, id, url: urls[Math.floor(uniform(2, done) * urls.length)]! }
    const operation = writes
      ? await writePost(http, name, target, `${options.seed} ${name} ${done}`)
      : await readPost(http, name, target)
    batch.push(operation)
    const pause = operation.status === 0 ? Math.max(pauseMs, AFTER_NO_ANSWER_MS) : pauseMs
    if (pause > 0) await sleep(pause)
  }
}

const sending = setInterval(send, BATCH_MS)
await Promise.all(Array.from({ length: options.clients }, (_, number) => runClient(number)))
clearInterval(sending)
await send()
http.close()
process.exit()
