/** The stored run of `speed.ts`. Without imports that are more than types, so that the tables of the docs can use it. */
import type { StrategyName } from 'strategies'

export const speedLoadTitles = {
  popular: 'YCSB B',
  once: 'each key read once',
  'popular-25ms': 'YCSB B, loads of 25 ms',
  'once-25ms': 'each key read once, loads of 25 ms',
} as const

export type SpeedLoadName = keyof typeof speedLoadTitles
export const speedLoadNames = Object.keys(speedLoadTitles) as SpeedLoadName[]

/** Seconds, for all requests. */
export interface Speed {
  /** To make the requests, once for all strategies of a command. */
  readonly requestsS: number
  readonly simulationS: number
  /** Processor time of the simulation, the garbage collector's threads included. */
  readonly cpuS: number
  /** Of the whole process. */
  readonly peakMiB: number
}

export interface SpeedRow {
  readonly strategy: StrategyName
  readonly load: SpeedLoadName
  /** One for each round. */
  readonly rounds: readonly Speed[]
}

export interface SpeedRun {
  readonly format: 'simulation-speed/1'
  readonly command: string
  readonly date: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    readonly loadAverageBefore: number
  }
  readonly requests: number
  readonly rounds: number
  /** Of the first round; the next rounds have the next seeds. */
  readonly seed: number
  readonly rows: readonly SpeedRow[]
}

/** The median of the rounds. */
export function medianOf({ rounds }: SpeedRow, figure: keyof Speed): number {
  const sorted = rounds.map((round) => round[figure]).toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}
