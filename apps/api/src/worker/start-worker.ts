/** One queue and worker per strategy, with one schedule per task. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import { keepWarm } from './keep-warm.ts'
import { type TaskName, taskNames, tasks } from './tasks.ts'
import { type Timing, timingOf } from './timing.ts'
import { queuePrefix, recordJob } from './worker-state.ts'

/** Concurrent jobs per strategy and process. Each loads up to 8 entries concurrently. */
const CONCURRENCY = 2
/** Attempts per job: the first, and retries 0.2, 0.4 and 0.8 s after a failure. By then the next job is due, or soon. */
const ATTEMPTS = 4
const FIRST_BACKOFF_MS = 200
/** Finished jobs are kept for inspection. */
const KEPT = { count: 1_000 }
/** Timeout for active jobs at shutdown. */
const FINISH_WITHIN_MS = 8_000
/** High, so that a scheduled job is never abandoned because of stalls, which are not its fault. */
const MAX_STALLED = 100

export interface WorkerOptions {
  readonly redisUrl: string
  /** The prefix of all keys. */
  readonly prefix: string
  readonly ttlMs: number
  readonly instances: StrategyInstances
  /** Built with `redisOptions`; records the jobs. */
  readonly client: Redis
  readonly logger: Logger
}

export interface RunningWorker {
  readonly timing: Timing
  /** Stops taking jobs and waits up to 8 s for active ones. Resolves to whether all ended; other workers restart the rest. */
  close(): Promise<boolean>
}

/** Schedules each task of each strategy, unless it is already scheduled, and starts working. @throws when Redis refuses it */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { redisUrl, prefix, ttlMs, instances, logger } = options
  const timing = timingOf(ttlMs)
  const ending = new AbortController()
  // A queue resends commands and waits for an unreachable Redis; the stores' connection must do neither. BullMQ is built for
  // RESP2.
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, protocol: 2 })
  const said = (err: Error) => logger.debug({ err }, 'queue: connection error')
  connection.on('error', said)
  const queues: Queue[] = []
  const workers: Worker[] = []
  for (const instance of instances.all) {
    const shared = { connection, prefix: queuePrefix(prefix) }
    const queue = new Queue(instance.name, shared)
    queue.on('error', said)
    queues.push(queue)
    for (const task of taskNames) {
      const opts = {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: FIRST_BACKOFF_MS },
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
      }
      await queue.upsertJobScheduler(task, { every: timing.everyMs }, { name: task, opts })
    }
    const worker = new Worker(instance.name, (job) => work(instance, job, timing, ending.signal, logger), {
      ...shared,
      concurrency: CONCURRENCY,
      lockDuration: timing.lockMs,
      stalledInterval: timing.stalledEveryMs,
      maxStalledCount: MAX_STALLED,
    })
    report(worker, instance.name, options)
    workers.push(worker)
  }
  return {
    timing,
    async close() {
      ending.abort(new Error('the worker is ending'))
      const closed = Promise.all(workers.map((worker) => worker.close())).then(() => true)
      const haveEnded = await Promise.race([closed, sleep(FINISH_WITHIN_MS, false, { ref: false })])
      if (haveEnded) await Promise.all(queues.map((queue) => queue.close()))
      connection.disconnect()
      return haveEnded
    },
  }
}

async function work(instance: StrategyInstance, job: Job, timing: Timing, signal: AbortSignal, logger: Logger) {
  const startedAt = performance.now()
  const task = job.name as TaskName
  const dueAt = dueAtOf(job)
  const said = { strategy: instance.name, task, due: new Date(dueAt).toISOString(), attempt: job.attemptsStarted }
  const counts = await keepWarm(instance, await tasks[task](instance), {
    dueAt,
    leaseMs: timing.leaseMs,
    giveUpAfterMs: timing.everyMs,
    signal,
    onLoad: (key) => logger.debug({ ...said, key }, 'load begins'),
  })
  logger.info({ ...said, ...counts, ms: Math.round(performance.now() - startedAt) }, 'kept warm')
}

/** The ids of a schedule's jobs are `repeat:<schedule>:<due time>`, so there is one job per due time. */
function dueAtOf(job: Job): number {
  const dueAt = Number(/:(\d+)$/.exec(job.id ?? '')?.[1])
  if (!Number.isSafeInteger(dueAt)) throw new Error(`job ${job.id} does not belong to a schedule`)
  return dueAt
}

function report(worker: Worker, strategy: string, { client, prefix, logger }: WorkerOptions): void {
  const record = (job: Job, ok: boolean) =>
    recordJob(client, { prefix, strategy, task: job.name as TaskName, ok, at: Date.now() }).catch((err) =>
      logger.debug({ err }, 'could not count a job'),
    )
  worker.on('completed', (job) => void record(job, true))
  worker.on('failed', (job, err) => {
    if (job === undefined) return
    const isLast = job.finishedOn !== undefined
    if (isLast) void record(job, false)
    const said = { strategy, task: job.name, attempt: job.attemptsMade, err }
    logger.warn(said, isLast ? 'not kept warm; the next job tries again' : 'not kept warm; retrying')
  })
  worker.on('stalled', (jobId) => logger.warn({ strategy, jobId }, 'a worker lost this job; restarting it'))
  worker.on('error', (err) => logger.debug({ err }, 'queue: error'))
}
