/** Interleaved measurements: each round has one window per side, in random order, so that other programs disturb all alike. */
import { setTimeout as sleep } from 'node:timers/promises'
import { quantilesOf } from 'workload'
import { HttpLoad } from './http-load.ts'
import type { MeasuredProcess } from './measured-process.ts'

export interface Side {
  readonly process: MeasuredProcess
  /** The path of the nth request. */
  readonly path: (nth: number) => string
  /** Its idle CPU time is that of this process instead: what it does beside requests counts. Default `process`. */
  readonly idleOf?: MeasuredProcess
}

/** Per window. */
export interface Taken {
  /** CPU time per request, above that of the idle process. */
  readonly cpuMicros: number[]
  /** Requests per second. */
  readonly perSecond: number[]
}

/** Over the rounds. */
export interface Ratio {
  readonly median: number
  readonly p25: number
  readonly p75: number
}

export interface Windows {
  readonly rounds: number
  readonly requests: number
  readonly connections: number
  /** Requests per side before the first round. */
  readonly warmUp: number
}

const IDLE_MS = 2_000

export async function compare(sides: readonly Side[], { rounds, requests, connections, warmUp }: Windows) {
  const taken = sides.map((): Taken => ({ cpuMicros: [], perSecond: [] }))
  const loads = sides.map(({ process, path }) => new HttpLoad(process.port, connections, path))
  try {
    const idleProcesses = sides.map(({ process, idleOf = process }) => idleOf)
    const idleOf = new Map<MeasuredProcess, number>()
    for (const process of new Set(idleProcesses)) idleOf.set(process, await idleMicrosPerMs(process))
    const idle = idleProcesses.map((process) => idleOf.get(process)!)
    for (const load of loads) {
      await load.open()
      await load.send(warmUp)
    }
    for (let round = 0; round < rounds; round++) {
      for (const i of shuffled(sides.keys())) {
        const { process } = sides[i]!
        await loads[i]!.open()
        const cpuBefore = await process.cpuMicros()
        const startedAt = performance.now()
        await loads[i]!.send(requests)
        const tookMs = performance.now() - startedAt
        const cpuMicros = (await process.cpuMicros()) - cpuBefore - idle[i]! * tookMs
        taken[i]!.cpuMicros.push(cpuMicros / requests)
        taken[i]!.perSecond.push(requests / (tookMs / 1_000))
      }
    }
  } finally {
    for (const load of loads) load.close()
  }
  return {
    sides: taken,
    /** Of one side's figure to another's, round by round. */
    ratio(figure: keyof Taken, above: number, below: number): Ratio {
      const quantile = quantilesOf(taken[above]![figure].map((value, round) => value / taken[below]![figure][round]!))
      return { median: quantile(0.5), p25: quantile(0.25), p75: quantile(0.75) }
    },
  }
}

/** What the process does by itself, such as polling outboxes. The slower the machine, the more of it falls into a window. */
async function idleMicrosPerMs(process: MeasuredProcess): Promise<number> {
  const before = await process.cpuMicros()
  const startedAt = performance.now()
  await sleep(IDLE_MS)
  return ((await process.cpuMicros()) - before) / (performance.now() - startedAt)
}

function shuffled<T>(items: Iterable<T>): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
