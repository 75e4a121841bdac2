/** What the processes of one service (`WORKERS`) ask of each other. */
import type { Invalidated } from 'cache-core'
import type { LoadControl, LoadRuns, Mark } from '../live/load-runs.ts'
import type { TuningChange } from '../strategies/strategy-instance.ts'
import type { ProcessReport } from '../telemetry/totals.ts'

/** What each serving process carries out, and what it answers. */
export interface Questions {
  /** What this process has counted. */
  report(): ProcessReport
  tune(strategy: string, change: TuningChange): void
  /** @param evicted what the store's server had evicted at that time, if it is known */
  reset(strategies: readonly string[], atMs: number, evicted: number | null): void
  /** Invalidates what is only in this process's memory. */
  invalidateMemory(
    strategies: readonly string[],
    what: Required<Invalidated> & { readonly all: boolean },
  ): Promise<void>
  mark(mark: Mark): void
  /** The state of the load has changed. */
  load(runs: LoadRuns): void
}

/** What the primary process does for those that serve. */
export interface PrimaryQuestions {
  readonly startLoad: LoadControl['start']
  readonly stopLoad: LoadControl['stop']
}

export type Answer<Q, Name extends keyof Q> = Q[Name] extends (...args: never[]) => infer R ? Awaited<R> : never
export type Arguments<Q, Name extends keyof Q> = Q[Name] extends (...args: infer A) => unknown ? A : never

/** What a worker asks of the others, or of the primary process. */
export type Question =
  | { readonly ask: 'others'; readonly name: keyof Questions; readonly args: unknown[] }
  | { readonly ask: 'primary'; readonly name: keyof PrimaryQuestions; readonly args: unknown[] }

/** An answer (none if it is undefined, since messages are JSON), why there is none, or, before those, how many processes were asked: only those that serve. */
export type Reply = { readonly answer?: unknown } | { readonly error: string } | { readonly asked: number }

/** A message between a worker and the primary process, which forwards those between workers. */
export type Message =
  | (Question & { readonly id: number })
  /** Forwarded; `from` is the worker that asked. Null: nobody waits for the answer. */
  | { readonly from: number | null; readonly id: number; readonly name: keyof Questions; readonly args: unknown[] }
  | (Reply & { readonly to: number; readonly id: number })
