/** Worker processes on private servers, until the test ends, and the jobs that they did. */
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { expect, onTestFinished } from 'vitest'
import { scratchPosts } from './scratch-posts.ts'
import { startWorkerProcess, type WorkerLine, type WorkerProcess } from './worker-process.ts'

/** Private servers, with 500 posts. */
export async function servers(redisArgs: string[] = []) {
  const redis = await startRedis({ args: ['--notify-keyspace-events', 'K$', ...redisArgs] })
  onTestFinished(() => redis.stop())
  const scratch = await scratchPosts(500, ['cache-aside'])
  onTestFinished(() => scratch.drop())
  return { redis, env: { REDIS_URL: redis.url, DATABASE_URL: scratch.url } }
}

export function workerOn(env: Record<string, string>): WorkerProcess {
  const worker = startWorkerProcess({ ...env, LOG_LEVEL: 'debug' })
  onTestFinished(() => void worker.child.kill('SIGKILL'))
  return worker
}

export const tasks = { list: 'posts', report: 'authors' } as const
export type Task = keyof typeof tasks

/** The due times of the completed jobs of each task, in order. */
export async function doneJobs({ url }: PrivateRedis) {
  const connection = new Redis(url, { maxRetriesPerRequest: null, protocol: 2 })
  const queue = new Queue('cache-aside', { connection, prefix: 'posts:worker' })
  const jobs = await queue.getJobs(['completed'])
  const failed = await queue.getJobs(['failed'])
  await queue.close()
  connection.disconnect()
  const dueOf = (task: Task) =>
    jobs
      .filter(({ name }) => name === task)
      .map(({ id }) => Number(id!.split(':').at(-1)))
      .sort((one, other) => one - other)
  return { list: dueOf('list'), report: dueOf('report'), failed: failed.length }
}

/** Resolves with the first worker that logs a matching line. */
export function firstOf(
  workers: readonly WorkerProcess[],
  wanted: (line: WorkerLine) => boolean,
): Promise<WorkerProcess> {
  return new Promise((resolve) => {
    for (const worker of workers) worker.onLine((line) => wanted(line) && resolve(worker))
  })
}

/** Ends a worker, but not before it has started: earlier, a SIGTERM would kill it immediately. */
export async function end(worker: WorkerProcess): Promise<void> {
  await expect.poll(() => worker.lines.some(({ msg }) => msg.startsWith('worker: ')), { timeout: 20_000 }).toBe(true)
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
}
