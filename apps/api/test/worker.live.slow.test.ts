/**
 * Two concurrent worker processes, killed during jobs, and readers that never get a miss. Redis itself reports how often entries
 * are filled, not the workers.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { ApiProcess, PrivateRedis } from 'local-servers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { timingOf } from '../src/worker/timing.ts'
import { doneJobs, end, firstOf, servers, type Task, tasks, workerOn } from './support/running-workers.ts'
import { startApi } from './support/start-api.ts'
import type { WorkerLine, WorkerProcess } from './support/worker-process.ts'

/** 600 is the long run of docs/warming.md. */
const SECONDS = Number(process.env.WORKER_SECONDS ?? 20)

async function apiOn(env: Record<string, string>): Promise<ApiProcess> {
  const api = await startApi(env)
  onTestFinished(() => api.kill())
  return api
}

/** Counts how often the list and the report were stored in Redis. */
async function countFills({ url }: PrivateRedis) {
  const client = new Redis(url, { protocol: 2 })
  onTestFinished(() => client.disconnect())
  const counts = { list: 0, report: 0 }
  const channels = Object.entries(tasks).map(
    ([task, key]) => [`__keyspace@0__:posts:cache-aside:e:{${key}}`, task as Task] as const,
  )
  await client.subscribe(...channels.map(([channel]) => channel))
  client.on('message', (channel: string, event: string) => {
    if (event === 'set') counts[channels.find(([name]) => name === channel)![1]]++
  })
  return counts
}

/** Reads list and report alternately, 20 times per second, until `end`; counts the outcomes. */
function readSteadily({ url }: ApiProcess) {
  const met = { list: {} as Record<string, number>, report: {} as Record<string, number> }
  const ending = new AbortController()
  const underWay = new Set<Promise<void>>()
  let ages = 0
  async function read(task: Task): Promise<void> {
    const response = await fetch(`${url}/api/${tasks[task]}`)
    await response.arrayBuffer()
    const outcome = response.headers.get('X-Cache')!
    met[task][outcome] = (met[task][outcome] ?? 0) + 1
    ages = Math.max(ages, Number(response.headers.get('Age')))
  }
  async function run(): Promise<void> {
    for (let reads = 0; !ending.signal.aborted; reads++) {
      const one = read(reads % 2 === 0 ? 'list' : 'report')
      underWay.add(one)
      void one.finally(() => underWay.delete(one))
      await sleep(50)
    }
  }
  const running = run()
  return {
    async end() {
      ending.abort()
      await running
      await Promise.all(underWay)
      return { met, oldestSeconds: ages }
    },
  }
}

/** Kills the worker that begins the next load of the list, as soon as it logs that: the load takes longer. */
async function killInMidJob(workers: readonly WorkerProcess[]): Promise<WorkerProcess> {
  const begins = ({ msg, key }: WorkerLine) => msg === 'load begins' && key === 'posts'
  let victim: WorkerProcess | undefined
  await new Promise<void>((resolve) => {
    for (const worker of workers) {
      worker.onLine((line) => {
        if (victim !== undefined || !begins(line)) return
        victim = worker
        worker.child.kill('SIGKILL')
        resolve()
      })
    }
  })
  expect(await victim!.ended).toBe('SIGKILL')
  return victim!
}

/** The due times of a task's jobs that these workers logged as done, in order, and those of the jobs that loaded. */
function saidDone(workers: readonly WorkerProcess[], task: Task) {
  const done = workers.flatMap(({ lines }) => lines.filter((line) => line.msg === 'kept warm' && line.task === task))
  const dueOf = ({ due }: WorkerLine) => Date.parse(due!)
  return {
    due: [...new Set(done.map(dueOf))].sort((one, other) => one - other),
    loaded: done.filter(({ loaded }) => loaded === 1).map(dueOf),
  }
}

/** No due time is missing between the first and the last. */
function expectEveryDueMoment(due: readonly number[], everyMs: number): void {
  const first = due[0]!
  expect(due).toEqual(due.map((_, i) => first + i * everyMs))
}

describe('two workers', () => {
  it('one killed during a job: the other does each due load exactly once, and readers get no miss', async () => {
    const TTL_MS = 12_000
    const { everyMs } = timingOf(TTL_MS)
    const { redis, env: addresses } = await servers()
    const env = { ...addresses, CACHE_TTL_MS: String(TTL_MS), ORIGIN_DELAY_MS: '300' }
    const fills = await countFills(redis)
    const workers = [workerOn(env), workerOn(env)]
    await firstOf(workers, ({ msg, task }) => msg === 'kept warm' && task === 'list')
    await expect.poll(() => fills.report).toBe(1)
    const api = await apiOn(env)
    const reader = readSteadily(api)

    const victim = await killInMidJob(workers)
    const killed = victim.lines.findLast(({ msg, key }) => msg === 'load begins' && key === 'posts')!
    const [survivor] = workers.filter((worker) => worker !== victim) as [WorkerProcess]
    const isKilledJob = ({ msg, task, due }: WorkerLine) => msg === 'kept warm' && task === 'list' && due === killed.due
    await expect.poll(() => survivor.lines.find(isKilledJob), { timeout: 10_000 }).toMatchObject({ loaded: 1 })
    expect(victim.lines.find(isKilledJob)).toBeUndefined()
    await sleep(3 * everyMs)
    const { met } = await reader.end()
    await end(survivor)

    const done = await doneJobs(redis)
    expect(done.failed).toBe(0)
    for (const task of ['list', 'report'] as const) {
      expectEveryDueMoment(done[task], everyMs)
      expect(done[task].length).toBeGreaterThanOrEqual(5)
      expect({ task, fills: fills[task] }).toEqual({ task, fills: done[task].length })
      expect(Object.keys(met[task])).toEqual(['HIT'])
    }
  }, 90_000)

  it(
    `readers of list and report get no miss in ${SECONDS} s with a TTL of 5 s, while one worker after another is killed`,
    async () => {
      const TTL_MS = 5_000
      const KILL_EVERY_MS = Math.min(20_000, (SECONDS * 1_000) / 2)
      const { everyMs } = timingOf(TTL_MS)
      const { redis, env: addresses } = await servers()
      const env = { ...addresses, CACHE_TTL_MS: String(TTL_MS), ORIGIN_DELAY_MS: '100' }
      const fills = await countFills(redis)
      let workers = [workerOn(env), workerOn(env)]
      const everyWorker = [...workers]
      await firstOf(workers, ({ msg, task }) => msg === 'kept warm' && task === 'list')
      await expect.poll(() => fills.report).toBe(1)
      const api = await apiOn(env)
      const reader = readSteadily(api)
      const endsAt = Date.now() + SECONDS * 1_000
      let killed = 0
      while (Date.now() + KILL_EVERY_MS <= endsAt) {
        await sleep(KILL_EVERY_MS)
        const victim = await killInMidJob(workers)
        killed++
        const replacement = workerOn(env)
        everyWorker.push(replacement)
        workers = [...workers.filter((worker) => worker !== victim), replacement]
      }
      await sleep(Math.max(0, endsAt - Date.now()))
      const { met, oldestSeconds } = await reader.end()
      console.log(JSON.stringify({ seconds: SECONDS, met, oldestSeconds, fills, killed }))
      for (const worker of workers) await end(worker)

      const done = await doneJobs(redis)
      const said = { list: saidDone(everyWorker, 'list'), report: saidDone(everyWorker, 'report') }
      const jobs = { list: said.list.due.length, report: said.report.due.length }
      console.log(JSON.stringify({ jobs, fills, failed: done.failed }))
      expect(killed).toBeGreaterThan(0)
      for (const task of ['list', 'report'] as const) {
        expect(Object.keys(met[task])).toEqual(['HIT'])
        expectEveryDueMoment(said[task].due, everyMs)
        expectEveryDueMoment(done[task], everyMs)
        // One load per due time. A job taken over after the next one was due finds the entry that the next one loaded.
        expect(new Set(said[task].loaded).size).toBe(said[task].loaded.length)
        expect(fills[task]).toBeLessThanOrEqual(jobs[task])
        expect(fills[task]).toBeGreaterThanOrEqual(jobs[task] - killed)
      }
      expect(done.failed).toBe(0)
    },
    (SECONDS + 60) * 1_000,
  )
})
