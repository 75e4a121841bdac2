/** The workers' results and queues, for the API's `/metrics`. Workers write them to Redis; the API only reads. */
import type { Redis } from 'ioredis'
import { soon } from '../process/redis-connection.ts'
import { type TaskName, taskNames } from './tasks.ts'

/** The prefix of the queues' keys; a queue has the name of its strategy. */
export const queuePrefix = (prefix: string) => `${prefix}worker`
const stateKey = (prefix: string, strategy: string) => `${prefix}worker-state:${strategy}`

/** Counts a finished job, whose last attempt succeeded or failed. @param at milliseconds since the Unix epoch */
export async function recordJob(
  client: Redis,
  { prefix, strategy, task, ok, at }: { prefix: string; strategy: string; task: TaskName; ok: boolean; at: number },
): Promise<void> {
  const key = stateKey(prefix, strategy)
  await Promise.all([
    client.hincrby(key, `${task}:${ok ? 'completed' : 'failed'}`, 1),
    ok && client.hset(key, `${task}:succeededAt`, at),
  ])
}

export interface WorkerState {
  readonly strategy: string
  readonly jobs: { readonly waiting: number; readonly active: number; readonly delayed: number }
  readonly tasks: readonly {
    readonly task: TaskName
    readonly completed: number
    readonly failed: number
    /** Milliseconds since the Unix epoch; undefined before the first success. */
    readonly succeededAt: number | undefined
  }[]
}

/**
 * The state of each of `strategies` that a worker has ever served. It reads the queue's keys directly: a BullMQ queue would add a
 * second connection to each API process, and wait for an unreachable Redis.
 *
 * @throws when Redis does not answer within 250 ms
 */
export async function readWorkerState(
  client: Redis,
  prefix: string,
  strategies: readonly string[],
): Promise<WorkerState[]> {
  const asked = strategies.map(async (strategy): Promise<WorkerState | undefined> => {
    const queue = `${queuePrefix(prefix)}:${strategy}`
    const [schedules, waiting, active, delayed, state] = await Promise.all([
      client.zcard(`${queue}:repeat`),
      client.llen(`${queue}:wait`),
      client.llen(`${queue}:active`),
      client.zcard(`${queue}:delayed`),
      client.hgetall(stateKey(prefix, strategy)),
    ])
    if (schedules === 0) return undefined
    const count = (field: string) => Number(state[field] ?? 0)
    return {
      strategy,
      jobs: { waiting, active, delayed },
      tasks: taskNames.map((task) => ({
        task,
        completed: count(`${task}:completed`),
        failed: count(`${task}:failed`),
        succeededAt: count(`${task}:succeededAt`) || undefined,
      })),
    }
  })
  return (await soon(Promise.all(asked))).filter((state) => state !== undefined)
}
