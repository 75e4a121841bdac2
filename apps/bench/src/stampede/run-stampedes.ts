import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { quantilesOf } from 'workload'
import type { LibraryName } from '../libraries/names.ts'
import { callsBetween, commandCounts } from '../measure/redis-commands.ts'
import { rotated } from '../measure/run-group.ts'
import { sentCommands } from '../measure/sent-commands.ts'
import type { Measured } from '../measure/window.ts'
import { stampede } from '../rows.ts'
import type { Stampede, WorkerOptions, WorkerReport } from './messages.ts'

/** Enough for a message to each process. */
const START_IN_MS = 50
/** Commands that a library sends after its readers are answered, such as a fill, belong to the stampede. */
const SETTLE_MS = 30

/** The rounds of one library. */
export interface Stampedes {
  readonly rounds: Measured[]
  /** Redis commands that each process sends, without those that scripts call. */
  readonly sent: number
}

type Done = Extract<WorkerReport, { kind: 'done' }>

/** Rounds of one stampede of each library, in turn. A cold key each time. The first round warms up, the last one counts sent commands. */
export async function runStampedes(
  options: WorkerOptions,
  rounds: number,
  redis: Redis,
): Promise<Map<LibraryName, Stampedes>> {
  const workers = Array.from({ length: stampede.processes }, () =>
    fork(new URL('worker.ts', import.meta.url), [JSON.stringify(options)], {
      execArgv: ['--conditions=workspace-source'],
    }),
  )
  const measured = new Map(options.libraries.map((name) => [name, { rounds: [] as Measured[], sent: 0 }]))
  try {
    await Promise.all(workers.map(nextReport))
    for (let round = -1; round < rounds; round++) {
      for (const library of rotated(options.libraries, round + 1)) {
        const one = await runOne(workers, library, `key-${round + 1}`, redis)
        if (round >= 0) measured.get(library)!.rounds.push(one)
      }
    }
    for (const [library, stampedes] of measured) {
      const work = async () => void (await runOne(workers, library, 'key-monitored', redis))
      stampedes.sent = (await sentCommands(redis, work)) / stampede.processes
    }
  } finally {
    for (const worker of workers) worker.kill()
  }
  return measured
}

async function runOne(
  workers: readonly ChildProcess[],
  library: LibraryName,
  key: string,
  redis: Redis,
): Promise<Measured> {
  const { readers, processes, loadMs } = stampede
  const message: Stampede = { library, key, readers, startAt: Date.now() + START_IN_MS }
  const before = await commandCounts(redis)
  const answers = workers.map(nextReport)
  for (const worker of workers) worker.send(message)
  const reports = (await Promise.all(answers)) as Done[]
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const { calls, byCommand } = callsBetween(before, await commandCounts(redis))
  const sum = (of: (report: Done) => number) => reports.reduce((total, report) => total + of(report), 0)
  const waits = quantilesOf(reports.flatMap(({ waitsMs }) => waitsMs))
  return {
    figures: {
      wallUs: waits(1) * 1_000,
      cpuUs: sum(({ cpuUs }) => cpuUs) / (processes * readers),
      p50Us: (waits(0.5) - loadMs) * 1_000,
      p99Us: (waits(0.99) - loadMs) * 1_000,
      bytes: null,
      commands: calls / processes,
      loads: sum(({ loads }) => loads),
    },
    byCommand: Object.fromEntries(Object.entries(byCommand).map(([name, count]) => [name, count / processes])),
  }
}

async function nextReport(worker: ChildProcess): Promise<WorkerReport> {
  const ended = new AbortController()
  const exit = once(worker, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a process of the stampede exited with code ${code}`)
  })
  exit.catch(() => {})
  try {
    const [report] = await Promise.race([once(worker, 'message', { signal: ended.signal }), exit])
    return report as WorkerReport
  } finally {
    ended.abort()
  }
}
