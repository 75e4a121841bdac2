import { quantilesOf } from 'workload'
import type { DrillReport } from './run-drill.ts'

/** The totals of a report over all strategies. Times in ms; null: not measured. */
export interface Figures {
  readonly drill: string
  readonly held: boolean
  readonly reads: number
  readonly failedReads: number
  /** Of reads that overlap the fault. */
  readonly during: {
    readonly p50Ms: number | null
    readonly p99Ms: number | null
    readonly answers: Record<string, number>
  }
  readonly longestMs: number | null
  readonly breaches: number
  /** Stale reads that the drill allows. */
  readonly excused: number
  readonly staleMs: number | null
  readonly hitsAgainMs: number | null
  readonly resources: DrillReport['resources']
  readonly warnings: Record<string, number>
  readonly notes: readonly string[]
  readonly problems: readonly string[]
  readonly tookMs: number
}

export function figuresOf({
  drill,
  results,
  hitsAgainMs,
  resources,
  warnings,
  notes,
  problems,
  tookMs,
}: DrillReport): Figures {
  const all = [...results.values()]
  const sum = (of: (result: (typeof all)[number]) => number) => all.reduce((total, each) => total + of(each), 0)
  const most = (of: (result: (typeof all)[number]) => number) => rounded(Math.max(...all.map(of)))
  const quantile = quantilesOf(all.flatMap(({ during }) => during.durationsMs))
  return {
    drill: drill.name,
    held: problems.length === 0,
    reads: sum(({ reads }) => reads),
    failedReads: sum(({ failedReads }) => failedReads),
    during: {
      p50Ms: rounded(quantile(0.5)),
      p99Ms: rounded(quantile(0.99)),
      answers: addedUp(all.map(({ during }) => during.answers)),
    },
    longestMs: most(({ longestMs }) => longestMs),
    breaches: sum(({ breaches }) => breaches.length),
    excused: sum(({ excused }) => excused.length),
    staleMs: most(({ staleMs }) => staleMs),
    hitsAgainMs: rounded(hitsAgainMs),
    resources,
    warnings: Object.fromEntries(warnings),
    notes,
    problems,
    tookMs: Math.round(tookMs),
  }
}

/** Most frequent first. */
function addedUp(maps: readonly ReadonlyMap<string, number>[]): Record<string, number> {
  const total = new Map<string, number>()
  for (const map of maps) for (const [answer, count] of map) total.set(answer, (total.get(answer) ?? 0) + count)
  return Object.fromEntries([...total].sort(([, a], [, b]) => b - a))
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value) : null
}
